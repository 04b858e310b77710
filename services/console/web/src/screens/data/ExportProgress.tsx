import { goesOn } from "@/api/jobs";
import type { Job } from "@/api/types";
import { Facts } from "@/parts/Facts";
import { Progress } from "@/parts/Progress";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

/** How far an export is, and what it wrote. */
export function ExportProgress({ job }: { readonly job: Job }) {
  const words = useWords().data.export;
  const format = useFormat();
  const { total, done } = job.progress ?? {};
  const summary = job.exportSummary;
  if (goesOn(job)) {
    return (
      <div role="status">
        <p>{words.progress(format.number(done), format.number(total))}</p>
        <Progress label={words.running} value={Number(done ?? 0)} max={Number(total ?? 0)} />
      </div>
    );
  }
  if (summary === undefined) return <p role="alert">{job.message ?? words.failed}</p>;
  return (
    <div role="status">
      <p>{words.succeeded}</p>
      <Facts
        facts={[
          { label: words.manifest, value: <code>{summary.manifestUri}</code> },
          { label: words.rows, value: format.number(summary.rows) },
          { label: words.parts, value: format.number(summary.parts) },
        ]}
      />
    </div>
  );
}
