import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { connectionKinds } from "@/api/connections";
import { signedIn } from "@/app/root";
import { oneOf, present, textIn } from "@/app/search";

export const connectionsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections",
  /** `q`: what the names have to hold; `kind`: what they lead to. */
  validateSearch: (search: Record<string, unknown>) =>
    present({ q: textIn(search["q"]), kind: oneOf(search["kind"], connectionKinds) }),
  component: lazyRouteComponent(() => import("./ConnectionsScreen"), "ConnectionsScreen"),
});
