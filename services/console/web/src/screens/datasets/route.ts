import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { present, textIn } from "@/app/search";

export const datasetsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets",
  /** `q`: what the names have to hold. */
  validateSearch: (search: Record<string, unknown>) => present({ q: textIn(search["q"]) }),
  component: lazyRouteComponent(() => import("./DatasetsScreen"), "DatasetsScreen"),
});
