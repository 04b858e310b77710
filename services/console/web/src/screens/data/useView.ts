import { useCallback, useMemo } from "react";
import type { VersionIds } from "@/api/names";
import { useSession } from "@/app/session";
import { changed, type View, type ViewChange } from "@/files/view";
import { dataRoute } from "./route";

export interface ViewState {
  readonly version: VersionIds;
  readonly view: View;
  /** Change the view, as a step that "back" undoes; with `replace` as part of the step before. */
  readonly change: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
}

/** The view that the address says. */
export function useView(): ViewState {
  const { workspace } = useSession();
  const { dataset, version } = dataRoute.useParams();
  const view = dataRoute.useSearch();
  const navigate = dataRoute.useNavigate();
  const ids = useMemo(() => ({ workspace, dataset, version }), [workspace, dataset, version]);
  const change = useCallback<ViewState["change"]>(
    (parts, { replace = false } = {}) =>
      void navigate({ search: (before) => changed(before, parts), replace, resetScroll: false }),
    [navigate],
  );
  return { version: ids, view, change };
}
