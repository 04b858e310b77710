import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { connectionKinds } from "@/api/connections";
import { signedIn } from "@/app/root";
import { oneOf, present } from "@/app/search";

export const connectionRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections/$connection",
  component: lazyRouteComponent(() => import("./ConnectionScreen"), "ConnectionScreen"),
});

export const newConnectionRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/new/connection",
  /** `kind`: what the new connection leads to. */
  validateSearch: (search: Record<string, unknown>) => present({ kind: oneOf(search["kind"], connectionKinds) }),
  component: lazyRouteComponent(() => import("./NewConnectionScreen"), "NewConnectionScreen"),
});
