import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "@/app/root";
import { oneOf, present, textIn } from "@/app/search";

const columns = ["name", "files", "size", "rootUri", "scanTime", "state"] as const;

export type Sort = (typeof columns)[number] | `-${(typeof columns)[number]}`;

const sorts: readonly Sort[] = columns.flatMap((column): Sort[] => [column, `-${column}`]);

export const datasetsRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets",
  /** `q`: what the names have to hold; `sort`: the column that the list is sorted by, with `-` before it from the last to the first. */
  validateSearch: (search: Record<string, unknown>) =>
    present({ q: textIn(search["q"]), sort: oneOf(search["sort"], sorts) }),
  component: lazyRouteComponent(() => import("./DatasetsScreen"), "DatasetsScreen"),
});
