import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plug, ShieldOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { connectionKind, connectionsQuery } from "@/api/connections";
import { createDataset } from "@/api/datasets";
import { createJob } from "@/api/jobs";
import { idOf } from "@/api/names";
import { newRequestId } from "@/api/requestId";
import { useMay, useSession } from "@/app/session";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { failureText } from "@/parts/failure";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { tellFailure } from "@/parts/toast";
import { useWords } from "@/words/words";
import { DatasetForm } from "./DatasetForm";
import { type Draft, datasetOf, emptyDraft, hasRoot, idOfDraft, mistakesIn, mistakesOf } from "./draft";

/** Makes a dataset of a bucket, a folder or one object. */
export function NewDatasetScreen() {
  const words = useWords();
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_EDITOR");
  const mayConnect = useMay("ROLE_ADMIN");
  const connections = useQuery(connectionsQuery(workspace));
  const stores = connections.data?.filter((one) => ["s3", "folder"].includes(connectionKind(one) ?? ""));

  return (
    <Page
      title={words.newDataset.title}
      lead={words.newDataset.lead}
      width="narrow"
      crumbs={[{ label: words.datasets.title, link: { to: "/datasets" } }]}
    >
      {!mayCreate && (
        <EmptyState icon={<ShieldOff size={28} aria-hidden />} title={words.newDataset.notAllowed}>
          {words.frame.needsRole(words.frame.role.ROLE_EDITOR)}
        </EmptyState>
      )}
      {mayCreate && connections.isPending && <Skeleton lines={8} />}
      {mayCreate && connections.isError && (
        <ErrorState error={connections.error} onRetry={() => void connections.refetch()} />
      )}
      {mayCreate && stores?.length === 0 && (
        <EmptyState
          icon={<Plug size={28} aria-hidden />}
          title={words.newDataset.noStore.title}
          actions={
            mayConnect && (
              <ButtonLink kind="primary" to="/new/connection">
                {words.newDataset.noStore.create}
              </ButtonLink>
            )
          }
        >
          {words.newDataset.noStore.text}
        </EmptyState>
      )}
      {mayCreate && stores !== undefined && stores.length > 0 && <Creation stores={stores} />}
    </Page>
  );
}

function Creation({ stores }: { readonly stores: Parameters<typeof DatasetForm>[0]["stores"] }) {
  const words = useWords();
  const { workspace } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({
    ...emptyDraft,
    connection: (stores.length === 1 && stores[0]?.name) || "",
  });
  const [tried, setTried] = useState(false);
  const creation = useMutation({
    mutationFn: () => createDataset(workspace, idOfDraft(draft), datasetOf(draft)),
    onSuccess: async (dataset) => {
      if (draft.scan && hasRoot(draft)) await scan(dataset.latestVersion ?? `${dataset.name}/versions/latest`);
      void queries.invalidateQueries({ queryKey: ["datasets", workspace] });
      await navigate({ to: "/datasets/$dataset", params: { dataset: idOf(dataset.name) } });
    },
  });

  async function scan(version: string) {
    try {
      await createJob(workspace, { version, scan: {} }, newRequestId());
    } catch (error) {
      tellFailure(words.newDataset.scanFailed, failureText(error as Error, words));
    }
  }

  const seen = mistakesIn(draft, words.newDataset);
  const mistakes = { ...mistakesOf(creation.error), ...(tried && present(seen)) };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(present(seen)).length === 0) creation.mutate();
  }

  return (
    <DatasetForm
      draft={draft}
      onDraft={setDraft}
      stores={stores}
      mistakes={mistakes}
      error={Object.keys(present(mistakes)).length === 0 ? creation.error : null}
      busy={creation.isPending}
      onSubmit={submit}
    />
  );
}

function present<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}
