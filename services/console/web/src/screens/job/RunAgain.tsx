import { RotateCw } from "lucide-react";
import { goesOn, jobKind } from "@/api/jobs";
import { idIn, idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { ButtonLink } from "@/parts/ButtonLink";
import { useWords } from "@/words/words";

/** Leads to the form of a new job with the settings of one that has ended. */
export function RunAgain({ job }: { readonly job: Job }) {
  const words = useWords().jobs;
  const kind = jobKind(job);
  // A tag edit is made on the files that it is of.
  if (goesOn(job) || kind === undefined || kind === "tagEdit") return null;
  const { tag, index, export: exported } = job;
  const mode = tag?.mode ?? index?.mode;
  const concurrency = tag?.maxConcurrency ?? index?.maxConcurrency;
  return (
    <ButtonLink
      to="/new/job"
      search={{
        kind,
        dataset: idIn(job.version, "datasets"),
        version: idIn(job.version, "versions"),
        ...(tag !== undefined && {
          connection: idOf(tag.modelConnection),
          definition: idOf(tag.tagDefinition),
          ...(tag.model !== undefined && { model: tag.model }),
        }),
        ...(mode === "JOB_MODE_FULL" && { mode }),
        ...(concurrency !== undefined && { concurrency: String(concurrency) }),
        ...(exported?.destinationUri !== undefined && { destination: exported.destinationUri }),
      }}
      icon={<RotateCw size={14} aria-hidden />}
    >
      {words.again}
    </ButtonLink>
  );
}
