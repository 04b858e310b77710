import type { TagEdit } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { useWords } from "@/words/words";
import { changesOf } from "./changes";
import styles from "./TagEdits.module.css";

/** The tags that an edit changes, by what it does with them. */
export function Changes({ edit }: { readonly edit: TagEdit }) {
  const words = useWords().tagEdits;
  return (
    <div className={styles["changes"]}>
      {changesOf(edit).map(([kind, tags]) => (
        <div key={kind} className={styles["change"]}>
          <span className={styles["quiet"]}>{words.kinds[kind]}</span>
          {tags.map((tag) => (
            <Chip key={tag} kind={kind === "add" || kind === "restore" ? "good" : "bad"}>
              {tag}
            </Chip>
          ))}
        </div>
      ))}
      {edit.notes !== undefined && <p className={styles["quiet"]}>{edit.notes.join(" ")}</p>}
    </div>
  );
}
