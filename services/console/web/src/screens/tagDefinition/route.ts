import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { oneOf, present } from "@/app/search";

export const tagDefinitionRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/tag-definitions/$tagDefinition",
  component: lazyRouteComponent(() => import("./TagDefinitionScreen"), "TagDefinitionScreen"),
});

export const newTagDefinitionRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/new/tag-definition",
  /** `template`: what the new definition begins with. */
  validateSearch: (search: Record<string, unknown>) => present({ template: oneOf(search["template"], ["driving"]) }),
  component: lazyRouteComponent(() => import("./NewTagDefinitionScreen"), "NewTagDefinitionScreen"),
});
