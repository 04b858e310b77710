import type { Job } from "@/api/types";
import type { Fact } from "@/parts/Facts";
import type { Format } from "@/words/format";
import type { Words } from "@/words/words";

/** What a job has counted, as far as it is a job that counts it. */
export function countsIn(job: Job, words: Words["jobs"], format: Format): readonly Fact[] {
  const { progress = {}, scanSummary, exportSummary, tagEditSummary } = job;
  const { counts } = words;
  const found: readonly (readonly [keyof typeof counts, string | number | undefined])[] = [
    ...(scanSummary !== undefined
      ? ([
          ["added", scanSummary.added ?? 0],
          ["changed", scanSummary.changed ?? 0],
          ["gone", scanSummary.gone ?? 0],
          ["unchanged", scanSummary.unchanged ?? 0],
          ["skipped", scanSummary.skipped ?? 0],
        ] as const)
      : ([
          ["total", progress.total ?? 0],
          ["done", progress.done ?? 0],
          ["failed", progress.failed ?? 0],
        ] as const)),
    ["reused", progress.reused],
    ["inputTokens", progress.inputTokens],
    ["outputTokens", progress.outputTokens],
    ["rows", exportSummary && (exportSummary.rows ?? 0)],
    ["parts", exportSummary && (exportSummary.parts ?? 0)],
    ["editedFiles", tagEditSummary && (tagEditSummary.files ?? 0)],
    ["editedTags", tagEditSummary && (tagEditSummary.changed ?? 0)],
  ];
  return found
    .filter(([, count]) => count !== undefined)
    .map(([name, count]) => ({ label: counts[name], value: format.number(count) }));
}
