import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { type View, viewIn } from "@/files/view";

/** The view that the file was found in, and its place among the hits: so that there is a next one, and a way back. */
export interface FoundIn extends View {
  readonly i?: number;
}

export const fileRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$dataset/versions/$version/files/$file",
  validateSearch: (search: Record<string, unknown>): FoundIn => {
    const index = Number(search["i"]);
    const isIndex = search["i"] !== undefined && Number.isSafeInteger(index) && index >= 0;
    return { ...viewIn(search), ...(isIndex && { i: index }) };
  },
  component: lazyRouteComponent(() => import("./FileScreen"), "FileScreen"),
});
