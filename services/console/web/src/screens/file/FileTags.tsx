import { Check, RotateCcw, X } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import type { VersionIds } from "@/api/names";
import type { File, TagChanges } from "@/api/types";
import { TagInput } from "@/files/TagInput";
import { useMayEditTags } from "@/files/useMayEditTags";
import { useTagEdits } from "@/files/useTagEdits";
import { useShortcut } from "@/keys/shortcuts";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./File.module.css";

interface Props {
  readonly version: VersionIds;
  readonly file: File;
}

/** The tags of a file by who gave them; people accept, reject and add. */
export function FileTags({ version, file }: Props) {
  const words = useWords().file;
  const format = useFormat();
  const { make } = useTagEdits(version);
  const mayEdit = useMayEditTags(version) && file.status !== "STATUS_DELETED";
  const { ai = [], user = [], rejected = [], stale, editTime } = file.tags ?? {};
  const gone = useMemo(() => new Set(rejected), [rejected]);
  const change = (changes: TagChanges) => make.mutate({ files: [file.name ?? ""], changes });

  return (
    <section aria-labelledby="tags" className={styles["section"]}>
      <h2 id="tags">{words.tags}</h2>
      {stale === true && <p className={styles["quiet"]}>{words.stale}</p>}
      <h3>{words.ai}</h3>
      <TagList>
        {ai
          .filter((tag) => !gone.has(tag))
          .map((tag) => (
            <Tag key={tag} tag={tag}>
              {mayEdit && !user.includes(tag) && (
                <Act
                  label={words.accept(tag)}
                  icon={<Check size={12} aria-hidden />}
                  run={() => change({ add: [tag] })}
                />
              )}
              {mayEdit && (
                <Act
                  label={words.reject(tag)}
                  icon={<X size={12} aria-hidden />}
                  run={() => change({ reject: [tag] })}
                />
              )}
            </Tag>
          ))}
      </TagList>
      <h3>{words.user}</h3>
      <TagList>
        {user.map((tag) => (
          <Tag key={tag} tag={tag} kind="good">
            {mayEdit && (
              <Act label={words.remove(tag)} icon={<X size={12} aria-hidden />} run={() => change({ remove: [tag] })} />
            )}
          </Tag>
        ))}
      </TagList>
      {mayEdit && <NewTag version={version} onTag={(tag) => change({ add: [tag] })} />}
      {make.error !== null && <ErrorNote error={make.error} />}
      {rejected.length > 0 && (
        <>
          <h3>{words.rejected}</h3>
          <TagList>
            {rejected.map((tag) => (
              <Tag key={tag} tag={tag} kind="bad">
                {mayEdit && (
                  <Act
                    label={words.restore(tag)}
                    icon={<RotateCcw size={12} aria-hidden />}
                    run={() => change({ restore: [tag] })}
                  />
                )}
              </Tag>
            ))}
          </TagList>
        </>
      )}
      {editTime !== undefined && (
        <p className={styles["quiet"]} title={format.time(editTime)}>
          {words.edited(format.fromNow(editTime))}
        </p>
      )}
    </section>
  );
}

/** Takes a tag to add; a key leads there. */
function NewTag({ version, onTag }: { readonly version: VersionIds; readonly onTag: (tag: string) => void }) {
  const words = useWords().file;
  const input = useRef<HTMLInputElement>(null);
  useShortcut({ key: "t", label: words.keys.tag, run: () => input.current?.focus() });
  return <TagInput ref={input} version={version} label={words.add} onTag={onTag} />;
}

function TagList({ children }: { readonly children: readonly ReactNode[] }) {
  const words = useWords().file;
  if (children.length === 0) return <p className={styles["quiet"]}>{words.noTags}</p>;
  return <ul className={styles["tagList"]}>{children}</ul>;
}

interface TagProps {
  readonly tag: string;
  readonly kind?: "plain" | "good" | "bad";
  readonly children: ReactNode;
}

function Tag({ tag, kind = "plain", children }: TagProps) {
  return (
    <li className={styles["tag"]} data-kind={kind}>
      <span>{tag}</span>
      {children}
    </li>
  );
}

function Act({ label, icon, run }: { readonly label: string; readonly icon: ReactNode; readonly run: () => void }) {
  return (
    <button type="button" aria-label={label} title={label} className={styles["act"]} onClick={run}>
      {icon}
    </button>
  );
}
