import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { oneOf, present, textIn } from "@/app/search";
import { modes, newJobKinds } from "./draft";

export const newJobRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/new/job",
  /** The form as it is filled in so far; what is left out has its default. */
  validateSearch: (search: Record<string, unknown>) =>
    present({
      kind: oneOf(search["kind"], newJobKinds),
      dataset: textIn(search["dataset"]),
      version: textIn(search["version"]),
      connection: textIn(search["connection"]),
      model: textIn(search["model"]),
      definition: textIn(search["definition"]),
      mode: oneOf(search["mode"], modes),
      concurrency: textIn(search["concurrency"]),
      expression: textIn(search["expression"]),
      destination: textIn(search["destination"]),
    }),
  component: lazyRouteComponent(() => import("./NewJobScreen"), "NewJobScreen"),
});
