import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";

export const datasetRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$dataset",
  component: lazyRouteComponent(() => import("./DatasetScreen"), "DatasetScreen"),
});
