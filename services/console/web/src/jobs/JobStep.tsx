import { goesOn } from "@/api/jobs";
import type { Job } from "@/api/types";
import { Progress } from "@/parts/Progress";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./JobStep.module.css";

/** How far a job is, or what came of it, in a line. */
export function JobStep({ job }: { readonly job: Job }) {
  const words = useWords().jobs;
  const format = useFormat();
  const { message, scanSummary, progress = {} } = job;
  if (job.state === "STATE_FAILED" && message !== undefined) return <span className={styles["bad"]}>{message}</span>;
  if (scanSummary !== undefined) {
    const { added, changed, gone } = scanSummary;
    return words.found(format.number(added), format.number(changed), format.number(gone));
  }
  const [total, done, failed] = [progress.total, progress.done, progress.failed].map((count) => Number(count ?? 0)) as [
    number,
    number,
    number,
  ];
  const text = words.of(format.number(done), format.number(total));
  return (
    <div className={styles["step"]}>
      {goesOn(job) && job.state !== "STATE_PENDING" && (
        <Progress
          label={words.progress}
          value={total === 0 ? null : done + failed}
          max={total}
          failed={failed}
          text={text}
        />
      )}
      {total > 0 && (
        <span>
          {text}
          {failed > 0 && <span className={styles["bad"]}> · {words.failedCount(format.number(failed))}</span>}
        </span>
      )}
    </div>
  );
}
