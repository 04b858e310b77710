import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { WhichResults } from "@/api/jobs";
import type { ErrorReason } from "@/api/types";
import { signedIn } from "@/app/root";
import { oneOf, present } from "@/app/search";

export const logLevels = ["LEVEL_INFO", "LEVEL_WARNING", "LEVEL_ERROR"] as const;

export const jobRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/jobs/$job",
  /** `files`: all results, or the failures for one reason, in place of all failures; `level`: the least that a line of the log is. */
  validateSearch: (search: Record<string, unknown>) =>
    present({ files: resultsIn(search["files"]), level: oneOf(search["level"], logLevels.slice(1)) }),
  component: lazyRouteComponent(() => import("./JobScreen"), "JobScreen"),
});

function resultsIn(value: unknown): Exclude<WhichResults, "failed"> | undefined {
  if (value === "all") return value;
  return typeof value === "string" && value.startsWith("ERROR_REASON_") ? (value as ErrorReason) : undefined;
}
