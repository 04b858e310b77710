import { Autocomplete } from "@base-ui/react/autocomplete";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Ref, useState } from "react";
import type { VersionIds } from "@/api/names";
import { completedTagsQuery } from "@/api/search";
import field from "@/parts/Field.module.css";
import popup from "@/parts/popup.module.css";
import { useFormat } from "@/words/format";
import styles from "./TagInput.module.css";

interface Props {
  readonly version: VersionIds;
  readonly label: string;
  readonly onTag: (tag: string) => void;
  readonly ref?: Ref<HTMLInputElement>;
}

const MOST_COMPLETED = 8;
/** Longest name of a tag. */
const MOST_CHARACTERS = 201;

/** Takes a tag: one that there is, as one types, or a new one by Enter. */
export function TagInput({ version, label, onTag, ref }: Props) {
  const format = useFormat();
  const [text, setText] = useState("");
  const completed = useQuery({
    ...completedTagsQuery(version, text.trim(), MOST_COMPLETED),
    placeholderData: keepPreviousData,
  });
  const items = (completed.data ?? []).map(({ value = "", count }) => ({ value, label: value, count }));

  function take(tag: string) {
    if (tag.trim() !== "") onTag(tag.trim());
    setText("");
  }

  return (
    <Autocomplete.Root
      items={items}
      value={text}
      mode="none"
      onValueChange={(next, { reason }) => (reason === "item-press" ? take(next) : setText(next))}
    >
      <Autocomplete.Input
        ref={ref ?? null}
        aria-label={label}
        placeholder={label}
        maxLength={MOST_CHARACTERS}
        spellCheck={false}
        className={field["input"]}
        onKeyDown={(event) => {
          // A suggestion that is highlighted is taken by the list itself.
          const isHighlighted = event.currentTarget.getAttribute("aria-activedescendant") !== null;
          if (event.key !== "Enter" || isHighlighted) return;
          event.preventDefault();
          take(text);
        }}
      />
      <Autocomplete.Portal>
        <Autocomplete.Positioner className={popup["positioner"]} sideOffset={4}>
          <Autocomplete.Popup className={popup["popup"]}>
            <Autocomplete.List>
              {(item: (typeof items)[number]) => (
                <Autocomplete.Item key={item.value} value={item} className={styles["suggestion"]}>
                  <span>{item.value}</span>
                  <span className={styles["count"]}>{format.number(item.count)}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
