import { useMutation, useQueryClient } from "@tanstack/react-query";
import { History, Images, RefreshCw } from "lucide-react";
import { createJob, goesOn } from "@/api/jobs";
import { type DatasetIds, idOf } from "@/api/names";
import { newRequestId } from "@/api/requestId";
import type { Dataset, Version } from "@/api/types";
import { useMay } from "@/app/session";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { failureText } from "@/parts/failure";
import { tell, tellFailure } from "@/parts/toast";
import { useWords } from "@/words/words";
import { jobsIn, useDatasetJobs } from "./freshness";

interface Props {
  readonly ids: DatasetIds;
  readonly dataset: Dataset;
  readonly version: Version;
}

/** What can be done with a dataset as a whole. */
export function DatasetActions({ ids, dataset, version }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  const mayEdit = useMay("ROLE_EDITOR");
  const scanning = jobsIn(useDatasetJobs(ids).data).some((job) => job.scan !== undefined && goesOn(job));
  const scan = useMutation({
    mutationFn: () => createJob(ids.workspace, { version: version.name ?? "", scan: {} }, newRequestId()),
    onSuccess: () => {
      tell({ title: words.dataset.scanStarted });
      return queries.invalidateQueries({ queryKey: ["jobs", ids.workspace] });
    },
    onError: (error) => tellFailure(words.frame.failure.title, failureText(error, words)),
  });
  return (
    <>
      {mayEdit && dataset.kind !== "KIND_LOGICAL" && version.state !== "STATE_PUBLISHED" && (
        <Button
          busy={scan.isPending || scanning}
          icon={<RefreshCw size={14} aria-hidden />}
          onClick={() => scan.mutate()}
        >
          {scanning ? words.dataset.scanning : words.dataset.scanNow}
        </Button>
      )}
      <ButtonLink
        icon={<History size={14} aria-hidden />}
        to="/datasets/$dataset/versions/$version/tag-edits"
        params={{ dataset: ids.dataset, version: idOf(version.name) }}
      >
        {words.tagEdits.title}
      </ButtonLink>
      <ButtonLink
        kind="primary"
        icon={<Images size={14} aria-hidden />}
        to="/datasets/$dataset/versions/$version/data"
        params={{ dataset: ids.dataset, version: idOf(version.name) }}
      >
        {words.dataset.viewData}
      </ButtonLink>
    </>
  );
}
