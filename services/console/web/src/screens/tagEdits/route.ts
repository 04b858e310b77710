import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";

export const tagEditsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$dataset/versions/$version/tag-edits",
  component: lazyRouteComponent(() => import("./TagEditsScreen"), "TagEditsScreen"),
});
