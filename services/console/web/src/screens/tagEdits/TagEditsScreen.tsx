import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Images, Tags } from "lucide-react";
import { useState } from "react";
import { datasetQuery, versionQuery } from "@/api/datasets";
import type { VersionIds } from "@/api/names";
import { goesOn, tagEditsQuery } from "@/api/tagEdits";
import type { TagEdit } from "@/api/types";
import { useMay, useSession } from "@/app/session";
import { useTagEdits } from "@/files/useTagEdits";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { Confirmation } from "@/parts/Confirmation";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { EditTable } from "./EditTable";
import { tagEditsRoute } from "./route";
import { whyNotUndone } from "./undoable";

// The list asks again this often while an edit or an undoing goes on.
const busy_ms = 2_000;

/** The labels that people gave to the files of a version, as edits that can be undone. */
export function TagEditsScreen() {
  const words = useWords();
  const { workspace } = useSession();
  const ids = { workspace, ...tagEditsRoute.useParams() };
  const mayUndo = useMay("ROLE_EDITOR");
  const dataset = useQuery(datasetQuery(ids));
  const version = useQuery(versionQuery(ids));
  const edits = useInfiniteQuery({
    ...tagEditsQuery(ids),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.tagEdits?.some(goesOn)) === true ? busy_ms : false,
  });
  const [asked, ask] = useState<TagEdit>();
  const shown = edits.data?.pages.flatMap((page) => page.tagEdits ?? []) ?? [];
  const newest = shown.find((edit) => whyNotUndone(edit, version.data) === undefined);
  const name = dataset.data?.displayName || ids.dataset;

  return (
    <Page
      title={words.tagEdits.title}
      lead={words.tagEdits.lead}
      width="full"
      crumbs={[
        { label: words.datasets.title, link: { to: "/datasets" } },
        { label: name, link: { to: "/datasets/$dataset", params: { dataset: ids.dataset } } },
      ]}
      actions={<ViewData dataset={ids.dataset} version={ids.version} />}
    >
      {edits.isPending && <Skeleton lines={6} />}
      {edits.isError && <ErrorState error={edits.error} onRetry={() => void edits.refetch()} />}
      {edits.isSuccess && shown.length === 0 && (
        <EmptyState
          icon={<Tags size={28} aria-hidden />}
          title={words.tagEdits.empty.title}
          actions={<ViewData dataset={ids.dataset} version={ids.version} />}
        >
          {mayUndo ? words.tagEdits.empty.text : words.tagEdits.empty.viewer}
        </EmptyState>
      )}
      {shown.length > 0 && <EditTable edits={shown} version={version.data} onUndo={mayUndo ? ask : undefined} />}
      {edits.hasNextPage && (
        <div>
          <Button busy={edits.isFetchingNextPage} onClick={() => void edits.fetchNextPage()}>
            {words.frame.loadMore}
          </Button>
        </div>
      )}
      {mayUndo && <Undoing ids={ids} edit={asked} onEdit={ask} />}
      {mayUndo && newest !== undefined && <UndoKey onPress={() => ask(newest)} />}
    </Page>
  );
}

interface UndoingProps {
  readonly ids: VersionIds;
  /** The edit that somebody wants undone. */
  readonly edit: TagEdit | undefined;
  readonly onEdit: (edit: TagEdit | undefined) => void;
}

/** Asks before an edit is undone. */
function Undoing({ ids, edit, onEdit }: UndoingProps) {
  const words = useWords().tagEdits;
  const format = useFormat();
  const { undo } = useTagEdits(ids);
  // While the dialog closes, it shows what it asked.
  const [last, keep] = useState(edit);
  if (edit !== undefined && edit !== last) keep(edit);
  const count = Number(last?.changedFileCount ?? 0) - Number(last?.revertedFileCount ?? 0);
  return (
    <Confirmation
      open={edit !== undefined}
      onOpen={(open) => {
        if (!open) onEdit(undefined);
      }}
      title={words.asked.title(format.number(count))}
      action={words.undo}
      busy={undo.isPending}
      error={null}
      onConfirm={() => undo.mutate(edit?.name ?? "", { onSettled: () => onEdit(undefined) })}
    >
      {words.asked.text}
    </Confirmation>
  );
}

/** The key for the newest edit; there only once that is known, so that one pressed early waits for it. */
function UndoKey({ onPress }: { readonly onPress: () => void }) {
  useShortcut({ key: "u", label: useWords().tagEdits.undoLast, run: onPress });
  return null;
}

function ViewData(params: { readonly dataset: string; readonly version: string }) {
  return (
    <ButtonLink
      kind="primary"
      icon={<Images size={14} aria-hidden />}
      to="/datasets/$dataset/versions/$version/data"
      params={params}
    >
      {useWords().tagEdits.viewData}
    </ButtonLink>
  );
}
