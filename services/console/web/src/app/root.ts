import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, redirect } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import { Frame } from "./Frame";

export interface RouterContext {
  readonly queries: QueryClient;
}

export const root = createRootRouteWithContext<RouterContext>()({});

/** Above every screen that needs somebody signed in; who is not, signs in first and comes back. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Frame,
  beforeLoad: async ({ context, location }) => {
    if ((await context.queries.ensureQueryData(sessionQuery)) === null) {
      throw redirect({ to: "/sign-in", search: { to: location.href } });
    }
  },
});

/** The first address leads to what people come for. */
export const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/datasets", replace: true });
  },
});
