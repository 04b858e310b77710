import { goesOn } from "@/api/jobs";
import type { Job } from "@/api/types";
import { Progress } from "@/parts/Progress";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";

/** How far a job is, or what came of it. */
export function JobStep({ job }: { readonly job: Job }) {
  const words = useWords().dataset.jobs;
  const format = useFormat();
  if (job.message !== undefined) return <span className={styles["bad"]}>{job.message}</span>;
  if (job.scanSummary !== undefined) {
    const { added, changed, gone } = job.scanSummary;
    return words.found(format.number(added), format.number(changed), format.number(gone));
  }
  const total = Number(job.progress?.total ?? 0);
  const failed = Number(job.progress?.failed ?? 0);
  const text = words.of(format.number(job.progress?.done), format.number(total));
  return (
    <div className={styles["progress"]}>
      {goesOn(job) && (
        <Progress
          label={words.progress}
          value={total === 0 ? null : Number(job.progress?.done ?? 0) + failed}
          max={total}
          failed={failed}
          text={text}
        />
      )}
      {total > 0 && (
        <span>
          {text}
          {failed > 0 && <span className={styles["bad"]}> · {words.failed(format.number(failed))}</span>}
        </span>
      )}
    </div>
  );
}
