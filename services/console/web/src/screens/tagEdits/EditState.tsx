import { Link } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { jobIds } from "@/api/jobs";
import { idOf } from "@/api/names";
import { goesOn } from "@/api/tagEdits";
import type { TagEdit } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { Progress } from "@/parts/Progress";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./TagEdits.module.css";

const kinds: Readonly<Record<NonNullable<TagEdit["state"]>, NonNullable<ComponentProps<typeof Chip>["kind"]>>> = {
  STATE_RUNNING: "accent",
  STATE_DONE: "good",
  STATE_STOPPED: "warning",
  STATE_UNDOING: "accent",
  STATE_UNDONE: "plain",
};

/** Where an edit is in its life: how far, where it goes on; why, where it was stopped; by whom, where it was undone. */
export function EditState({ edit }: { readonly edit: TagEdit }) {
  const words = useWords().tagEdits;
  const format = useFormat();
  const state = edit.state ?? "STATE_RUNNING";
  const job = edit.undoJob ?? edit.job;
  const isOpen = goesOn(edit) || state === "STATE_STOPPED";
  return (
    <div className={styles["state"]}>
      <span className={styles["line"]}>
        <Chip kind={kinds[state]}>{words.states[state]}</Chip>
        {isOpen && job !== undefined && (
          <Link to="/jobs/$job" params={{ job: jobIds(job).job }}>
            {words.job}
          </Link>
        )}
      </span>
      {goesOn(edit) && <EditProgress edit={edit} />}
      {edit.message !== undefined && <span className={styles["quiet"]}>{edit.message}</span>}
      {edit.undoTime !== undefined && (
        <span className={styles["quiet"]} title={format.time(edit.undoTime)}>
          {words.undoneBy(idOf(edit.undoer), format.fromNow(edit.undoTime))}
        </span>
      )}
      {state === "STATE_UNDONE" && (
        <span className={styles["quiet"]}>{words.reverted(format.number(edit.revertedFileCount))}</span>
      )}
    </div>
  );
}

function EditProgress({ edit }: { readonly edit: TagEdit }) {
  const words = useWords().tagEdits;
  const format = useFormat();
  const [done, total] =
    edit.state === "STATE_UNDOING"
      ? [edit.revertedFileCount, edit.changedFileCount]
      : [edit.processedFileCount, edit.fileCount];
  const text = words.of(format.number(done), format.number(total));
  return (
    <>
      <Progress label={words.progress} value={Number(done ?? 0)} max={Number(total ?? 0)} text={text} />
      <span>{text}</span>
    </>
  );
}
