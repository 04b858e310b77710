import type { QueryClient } from "@tanstack/react-query";
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { versionQuery } from "@/api/datasets";
import { idOf, type VersionIds } from "@/api/names";
import { hitsQuery } from "@/api/search";
import { sessionQuery } from "@/api/session";
import { signedIn } from "@/app/root";
import { questionOf } from "@/files/question";
import { askedIn, type View, viewIn } from "@/files/view";
import { facetQueries, histogramQueries } from "./counts";

export const dataRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$dataset/versions/$version/data",
  validateSearch: viewIn,
  /** The newest version has an address of its own: what is shown under it stays the same. */
  beforeLoad: async ({ context: { queries }, params, search }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    const ids = { workspace: session?.workspace ?? "", ...params };
    if (params.version !== "latest") {
      ask(queries, ids, askedIn(search));
      return;
    }
    const version = await queries.fetchQuery(versionQuery(ids));
    throw redirect({ to: dataRoute.to, params: { ...params, version: idOf(version.name) }, search, replace: true });
  },
  component: lazyRouteComponent(() => import("./DataScreen"), "DataScreen"),
});

/** Asks for what the screen shows first, while the screen itself is on its way or still draws what was there before. */
function ask(queries: QueryClient, version: VersionIds, view: View): void {
  // What is there already is asked anew by the screen, where it is too old.
  const once = { staleTime: Number.POSITIVE_INFINITY };
  void queries.prefetchQuery({ ...hitsQuery(questionOf(version, view), 0), ...once });
  for (const query of facetQueries(version, view)) void queries.prefetchQuery({ ...query, ...once });
  for (const query of histogramQueries(version, view)) void queries.prefetchQuery({ ...query, ...once });
}
