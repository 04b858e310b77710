import { useState } from "react";
import type { VersionIds } from "@/api/names";
import type { TagChanges } from "@/api/types";
import { TagInput } from "@/files/TagInput";
import { type Edit, useTagEdits } from "@/files/useTagEdits";
import { Button } from "@/parts/Button";
import { Chip } from "@/parts/Chip";
import { Dialog } from "@/parts/Dialog";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./LabelDialog.module.css";

interface Props {
  readonly version: VersionIds;
  readonly files: Edit["files"];
  readonly count: number;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

type Kind = "add" | "reject" | "remove" | "restore";

const kinds: readonly Kind[] = ["add", "reject", "remove", "restore"];
const none: Readonly<Record<Kind, readonly string[]>> = { add: [], reject: [], remove: [], restore: [] };

/** Labels many files at once: tags to add, to reject, to take away and to restore. */
export function LabelDialog({ version, files, count, open, onOpen }: Props) {
  const words = useWords();
  const label = words.data.label;
  const format = useFormat();
  const [changes, setChanges] = useState(none);
  const { make } = useTagEdits(version);
  const isEmpty = kinds.every((kind) => changes[kind].length === 0);

  function change(kind: Kind, tags: readonly string[]) {
    setChanges({ ...changes, [kind]: [...new Set(tags)] });
  }

  function apply() {
    const given = Object.fromEntries(
      kinds.filter((kind) => changes[kind].length > 0).map((kind) => [kind, changes[kind]]),
    );
    make.mutate(
      { files, changes: given as TagChanges },
      {
        onSuccess: () => {
          setChanges(none);
          onOpen(false);
        },
      },
    );
  }

  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      title={label.title(format.number(count))}
      lead={label.lead}
      actions={
        <>
          <Button onClick={() => onOpen(false)}>{words.frame.cancel}</Button>
          <Button kind="primary" busy={make.isPending} disabled={isEmpty} onClick={apply}>
            {label.apply}
          </Button>
        </>
      }
    >
      <div className={styles["changes"]}>
        {kinds.map((kind) => (
          <div key={kind}>
            <span className={styles["label"]}>{label.kinds[kind]}</span>
            <TagInput
              version={version}
              label={label.inputs[kind]}
              onTag={(tag) => change(kind, [...changes[kind], tag])}
            />
            {changes[kind].length > 0 && (
              <div className={styles["chosen"]}>
                {changes[kind].map((tag) => (
                  <Chip
                    key={tag}
                    kind={kind === "reject" || kind === "remove" ? "bad" : "good"}
                    removal={{
                      label: words.data.removeCondition(tag),
                      run: () =>
                        change(
                          kind,
                          changes[kind].filter((other) => other !== tag),
                        ),
                    }}
                  >
                    {tag}
                  </Chip>
                ))}
              </div>
            )}
          </div>
        ))}
        {make.error !== null && <ErrorNote error={make.error} />}
      </div>
    </Dialog>
  );
}
