import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";

export const newDatasetRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/new/dataset",
  component: lazyRouteComponent(() => import("./NewDatasetScreen"), "NewDatasetScreen"),
});
