import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { jobKinds, jobStates } from "@/api/jobs";
import type { JobState } from "@/api/types";
import { signedIn } from "@/app/root";
import { oneOf, present, textIn } from "@/app/search";

/** A state, or `active` for jobs that have not ended. */
export type StateFilter = JobState | "active";

export const stateFilters: readonly StateFilter[] = ["active", ...jobStates];

export const jobsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/jobs",
  /** Which jobs: of which dataset, in which state, of which kind. */
  validateSearch: (search: Record<string, unknown>) =>
    present({
      dataset: textIn(search["dataset"]),
      state: oneOf(search["state"], stateFilters),
      kind: oneOf(search["kind"], jobKinds),
    }),
  component: lazyRouteComponent(() => import("./JobsScreen"), "JobsScreen"),
});
