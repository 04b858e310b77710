import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import type { VersionIds } from "@/api/names";
import { completedTagsQuery } from "@/api/search";
import type { Focusable } from "@/keys/useSearchKey";
import { useWords } from "@/words/words";
import { type ExpressionView, editorIn } from "./editor";
import styles from "./SearchBar.module.css";

interface Props {
  readonly version: VersionIds;
  readonly value: string;
  /** Column that is wrong, from 1. */
  readonly wrongColumn: number | undefined;
  readonly box: (box: Focusable | null) => void;
  /** Somebody wants to write at once. */
  readonly isWanted: boolean;
  readonly onSubmit: (expression: string) => void;
}

const MOST_COMPLETED = 20;

/** A line of the query language, with completion; Enter asks. In a shadow root, where its styles need no exception of the policy. */
export function ExpressionEditor({ version, value, wrongColumn, box, isWanted, onSubmit }: Props) {
  const words = useWords().data;
  const queries = useQueryClient();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ExpressionView>(undefined);
  const submit = useEffectEvent(onSubmit);
  const complete = useEffectEvent((prefix: string) =>
    queries.fetchQuery(completedTagsQuery(version, prefix, MOST_COMPLETED)),
  );
  const first = useEffectEvent(() => ({ value, label: words.queryLabel, placeholder: words.queryPlaceholder }));
  const begin = useEffectEvent((made: ExpressionView) => {
    if (isWanted) made.focus();
  });

  useEffect(() => {
    if (host.current === null) return;
    const made = editorIn(host.current, {
      ...first(),
      onSubmit: (expression) => submit(expression),
      tagsLike: async (prefix) => (await complete(prefix)).map((tag) => tag.value ?? ""),
    });
    editor.current = made;
    box(made);
    begin(made);
    return () => {
      box(null);
      made.destroy();
    };
  }, [box]);
  useEffect(() => editor.current?.setValue(value), [value]);
  useEffect(() => editor.current?.setWrong(wrongColumn), [wrongColumn]);

  return <div ref={host} className={styles["editor"]} />;
}
