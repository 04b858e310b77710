import { useMemo } from "react";
import { idOf } from "@/api/names";
import type { TagEdit, Version } from "@/api/types";
import { Button } from "@/parts/Button";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { Changes } from "./Changes";
import { changesText } from "./changes";
import { EditState } from "./EditState";
import styles from "./TagEdits.module.css";
import { whyNotUndone } from "./undoable";
import { Which } from "./Which";

const column = columnsOf<TagEdit>();

interface Props {
  readonly edits: readonly TagEdit[];
  readonly version: Version | undefined;
  /** Undoes an edit; absent for whoever may not. */
  readonly onUndo: ((edit: TagEdit) => void) | undefined;
}

/** Edits with all that is known of them; the newest first, for they are undone one after the other. */
export function EditTable({ edits, version, onUndo }: Props) {
  const words = useWords().tagEdits;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.display({
          id: "when",
          header: words.columns.when,
          cell: ({ row: { original } }) => (
            <span title={format.time(original.createTime)}>{format.fromNow(original.createTime)}</span>
          ),
          meta: { narrow: true },
        }),
        column.display({
          id: "who",
          header: words.columns.who,
          cell: ({ row: { original } }) => idOf(original.editor),
          meta: { narrow: true },
        }),
        column.display({
          id: "changes",
          header: words.columns.changes,
          cell: ({ row: { original } }) => <Changes edit={original} />,
        }),
        column.display({
          id: "which",
          header: words.columns.which,
          cell: ({ row: { original } }) => <Which edit={original} />,
        }),
        column.display({
          id: "files",
          header: words.columns.files,
          cell: ({ row: { original } }) =>
            words.changed(format.number(original.changedFileCount), format.number(original.fileCount)),
          meta: { align: "end", narrow: true },
        }),
        column.display({
          id: "state",
          header: words.columns.state,
          cell: ({ row: { original } }) => <EditState edit={original} />,
        }),
        ...(onUndo === undefined
          ? []
          : [
              column.display({
                id: "undo",
                header: words.columns.undo,
                cell: ({ row: { original } }) => <Undo edit={original} version={version} onUndo={onUndo} />,
              }),
            ]),
      ]),
    [words, format, version, onUndo],
  );
  return <Table label={words.title} columns={columns} rows={edits} idOf={(edit) => edit.name ?? ""} />;
}

interface UndoProps {
  readonly edit: TagEdit;
  readonly version: Version | undefined;
  readonly onUndo: (edit: TagEdit) => void;
}

/** The button that undoes an edit, or why it cannot be undone. */
function Undo({ edit, version, onUndo }: UndoProps) {
  const words = useWords().tagEdits;
  const why = whyNotUndone(edit, version);
  if (why !== undefined) return <span className={styles["quiet"]}>{words.whyNot[why]}</span>;
  return (
    <Button size="small" aria-label={words.undoNamed(changesText(edit, words))} onClick={() => onUndo(edit)}>
      {words.undo}
    </Button>
  );
}
