import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type MouseEvent, memo, useCallback, useLayoutEffect, useRef, useState } from "react";
import type { VersionIds } from "@/api/names";
import { completedTagsQuery } from "@/api/search";
import type { FacetCount } from "@/api/types";
import { conditionOn, type TagCondition, tagConditions, type View, type ViewChange, withTag } from "@/files/view";
import { classes } from "@/parts/classes";
import { MenuAt, MenuChoices } from "@/parts/Menu";
import { SearchInput } from "@/parts/SearchInput";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Filters.module.css";

interface Props {
  readonly version: VersionIds;
  readonly view: View;
  readonly counts: readonly FacetCount[];
  readonly onChange: (change: ViewChange) => void;
}

const MOST_COMPLETED = 50;

/** Tags with the number of files: a click asks for all of the chosen ones, with Shift for any, with Alt for none. */
export function TagFilter({ version, view, counts, onChange }: Props) {
  const words = useWords().data;
  const [prefix, setPrefix] = useState("");
  const [menu, setMenu] = useState<{ readonly tag: string; readonly button: HTMLElement }>();
  const completed = useQuery({
    ...completedTagsQuery(version, prefix, MOST_COMPLETED),
    enabled: prefix !== "",
    placeholderData: keepPreviousData,
  });
  const chosen = tagConditions.flatMap((condition) => view[condition] ?? []);
  const known = new Map((prefix === "" ? counts : (completed.data ?? [])).map((tag) => [tag.value ?? "", tag.count]));
  const absent = prefix === "" ? chosen.filter((tag) => !known.has(tag)) : [];
  const shown = [...absent.map((tag) => [tag, undefined] as const), ...known];
  const latest = useRef(view);
  useLayoutEffect(() => {
    latest.current = view;
  });
  // The same between renders, so that a line is drawn anew only where something of its own changed.
  const setCondition = useCallback(
    (tag: string, condition: TagCondition | undefined) => onChange(withTag(latest.current, tag, condition)),
    [onChange],
  );
  const openMenu = useCallback((tag: string, button: HTMLElement) => setMenu({ tag, button }), []);
  return (
    <>
      <SearchInput label={words.findTag} value={prefix} onValue={setPrefix} />
      <ul className={styles["values"]}>
        {shown.map(([tag, count]) => (
          <TagLine
            key={tag}
            tag={tag}
            count={count}
            condition={conditionOn(view, tag)}
            isOpen={menu?.tag === tag}
            onCondition={setCondition}
            onMenu={openMenu}
          />
        ))}
      </ul>
      <MenuAt anchor={menu?.button} onClose={() => setMenu(undefined)}>
        <MenuChoices
          label={menu?.tag ?? ""}
          value={(menu && conditionOn(view, menu.tag)) ?? "off"}
          onValue={(next) => menu && setCondition(menu.tag, next === "off" ? undefined : next)}
          choices={[
            ...tagConditions.map((value) => ({ value, label: words.conditionNames[value] })),
            { value: "off" as const, label: words.conditionNames.off },
          ]}
        />
      </MenuAt>
      {shown.length === 0 && <p className={styles["nothing"]}>{words.noTags}</p>}
    </>
  );
}

interface LineProps {
  readonly tag: string;
  readonly count: string | undefined;
  readonly condition: TagCondition | undefined;
  /** Whether its menu stands open. */
  readonly isOpen: boolean;
  readonly onCondition: (tag: string, condition: TagCondition | undefined) => void;
  readonly onMenu: (tag: string, button: HTMLElement) => void;
}

const TagLine = memo(function TagLine({ tag, count, condition, isOpen, onCondition, onMenu }: LineProps) {
  const words = useWords().data;
  const format = useFormat();
  const click = ({ shiftKey, altKey, ctrlKey, metaKey }: MouseEvent) => {
    const wanted = altKey ? "none" : shiftKey || ctrlKey || metaKey ? "any" : "all";
    onCondition(tag, condition === undefined || wanted !== "all" ? wanted : undefined);
  };
  return (
    <li className={styles["valueLine"]}>
      <button
        type="button"
        aria-pressed={condition !== undefined}
        title={words.tagHelp}
        className={classes(styles["value"], condition && styles[condition])}
        onClick={click}
      >
        <span className={styles["valueName"]}>{tag}</span>
        {condition !== undefined && <span className={styles["condition"]}>{words.conditions[condition]}</span>}
        <span className={styles["count"]}>{count === undefined ? 0 : format.number(count)}</span>
      </button>
      <button
        type="button"
        aria-label={words.conditionOn(tag)}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        className={styles["more"]}
        onClick={({ currentTarget }) => onMenu(tag, currentTarget)}
      >
        …
      </button>
    </li>
  );
});
