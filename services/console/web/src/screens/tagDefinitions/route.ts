import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { present, textIn } from "@/app/search";

export const tagDefinitionsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/tag-definitions",
  /** `q`: what the names have to hold. */
  validateSearch: (search: Record<string, unknown>) => present({ q: textIn(search["q"]) }),
  component: lazyRouteComponent(() => import("./TagDefinitionsScreen"), "TagDefinitionsScreen"),
});
