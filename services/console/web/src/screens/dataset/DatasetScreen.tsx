import { useQueries } from "@tanstack/react-query";
import { datasetQuery, versionQuery } from "@/api/datasets";
import { datasetName, idOf } from "@/api/names";
import type { Dataset, Version } from "@/api/types";
import { useMay, useSession } from "@/app/session";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { DatasetActions } from "./DatasetActions";
import { DatasetFacts } from "./DatasetFacts";
import { DatasetJobs } from "./DatasetJobs";
import { DatasetSettings } from "./DatasetSettings";
import { useFreshAfterJobs } from "./freshness";
import { IndexConfiguration } from "./IndexConfiguration";
import { datasetRoute } from "./route";
import { VersionTable } from "./VersionTable";

/** A dataset: what it holds, its index, jobs, versions and settings. */
export function DatasetScreen() {
  const words = useWords();
  const { workspace } = useSession();
  const ids = { workspace, dataset: datasetRoute.useParams().dataset };
  const [dataset, version] = useQueries({
    queries: [datasetQuery(ids), versionQuery({ ...ids, version: "latest" })],
  });
  useFreshAfterJobs(ids);

  const failed = [dataset, version].find((query) => query.isError);
  return (
    <Page
      title={dataset.data?.displayName ?? ids.dataset}
      lead={dataset.data?.description}
      crumbs={[{ label: words.datasets.title, link: { to: "/datasets" } }]}
      actions={
        dataset.data !== undefined &&
        version.data !== undefined && <DatasetActions ids={ids} dataset={dataset.data} version={version.data} />
      }
    >
      {failed?.error ? (
        <ErrorState
          error={failed.error}
          onRetry={() => {
            void dataset.refetch();
            void version.refetch();
          }}
        />
      ) : dataset.data === undefined || version.data === undefined ? (
        <Skeleton lines={8} />
      ) : (
        <Loaded key={datasetName(ids)} dataset={dataset.data} version={version.data} />
      )}
    </Page>
  );
}

function Loaded({ dataset, version }: { readonly dataset: Dataset; readonly version: Version }) {
  const { workspace } = useSession();
  const mayEdit = useMay("ROLE_EDITOR");
  const ids = { workspace, dataset: idOf(dataset.name) };
  return (
    <>
      <DatasetFacts dataset={dataset} version={version} />
      <IndexConfiguration version={version} />
      <DatasetJobs ids={ids} />
      <VersionTable ids={ids} />
      {mayEdit && <DatasetSettings ids={ids} dataset={dataset} />}
    </>
  );
}
