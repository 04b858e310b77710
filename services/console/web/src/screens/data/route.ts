import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { versionQuery } from "@/api/datasets";
import { idOf } from "@/api/names";
import { sessionQuery } from "@/api/session";
import { signedIn } from "@/app/root";
import { viewIn } from "@/files/view";

export const dataRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$dataset/versions/$version/data",
  validateSearch: viewIn,
  /** The newest version has an address of its own: what is shown under it stays the same. */
  beforeLoad: async ({ context: { queries }, params, search }) => {
    if (params.version !== "latest") return;
    const session = await queries.ensureQueryData(sessionQuery);
    const version = await queries.fetchQuery(versionQuery({ workspace: session?.workspace ?? "", ...params }));
    throw redirect({ to: dataRoute.to, params: { ...params, version: idOf(version.name) }, search, replace: true });
  },
  component: lazyRouteComponent(() => import("./DataScreen"), "DataScreen"),
});
