import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { root } from "@/app/root";
import { flagIn, present, textIn } from "@/app/search";
import { bringToken, tokenIn } from "./linkToken";

export const signInRoute = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  /** `to`: the address to go on to. `ended`: a session came to its end there. */
  validateSearch: (search: Record<string, unknown>) =>
    present({ to: ownPath(search["to"]), ended: flagIn(search["ended"]) }),
  /** The token of a link leaves the address before anything is drawn: nothing else may find it there. */
  beforeLoad: ({ location, search }) => {
    const token = tokenIn(location.hash);
    if (token === undefined) return;
    bringToken(token);
    throw redirect({ to: "/sign-in", search, hash: "", replace: true });
  },
  component: lazyRouteComponent(() => import("./SignInScreen"), "SignInScreen"),
});

/** Paths of this console alone: a link may not lead elsewhere through the sign-in. */
function ownPath(value: unknown): string | undefined {
  const path = textIn(value);
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : undefined;
}
