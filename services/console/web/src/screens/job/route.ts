import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { oneOf, present } from "@/app/search";

export const logLevels = ["LEVEL_INFO", "LEVEL_WARNING", "LEVEL_ERROR"] as const;

export const jobRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/jobs/$job",
  /** `files`: whether all results are listed or the failures alone; `level`: the least that a line of the log is. */
  validateSearch: (search: Record<string, unknown>) =>
    present({ files: oneOf(search["files"], ["all"]), level: oneOf(search["level"], logLevels.slice(1)) }),
  component: lazyRouteComponent(() => import("./JobScreen"), "JobScreen"),
});
