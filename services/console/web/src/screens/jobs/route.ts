import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { jobKinds, jobStates } from "@/api/jobs";
import { signedIn } from "@/app/root";
import { oneOf, present, textIn } from "@/app/search";

export const jobsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/jobs",
  /** Which jobs: of which dataset, in which state, of which kind. */
  validateSearch: (search: Record<string, unknown>) =>
    present({
      dataset: textIn(search["dataset"]),
      state: oneOf(search["state"], jobStates),
      kind: oneOf(search["kind"], jobKinds),
    }),
  component: lazyRouteComponent(() => import("./JobsScreen"), "JobsScreen"),
});
