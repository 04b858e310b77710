import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { type MouseEvent, useState } from "react";
import type { VersionIds } from "@/api/names";
import { completedTagsQuery } from "@/api/search";
import type { FacetCount } from "@/api/types";
import { conditionOn, type TagCondition, tagConditions, type View, type ViewChange, withTag } from "@/files/view";
import { Button } from "@/parts/Button";
import { classes } from "@/parts/classes";
import { Menu, MenuChoices } from "@/parts/Menu";
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
  const completed = useQuery({
    ...completedTagsQuery(version, prefix, MOST_COMPLETED),
    enabled: prefix !== "",
    placeholderData: keepPreviousData,
  });
  const chosen = tagConditions.flatMap((condition) => view[condition] ?? []);
  const known = new Map((prefix === "" ? counts : (completed.data ?? [])).map((tag) => [tag.value ?? "", tag.count]));
  const absent = prefix === "" ? chosen.filter((tag) => !known.has(tag)) : [];
  const shown = [...absent.map((tag) => [tag, undefined] as const), ...known];
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
            onCondition={(condition) => onChange(withTag(view, tag, condition))}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className={styles["nothing"]}>{words.noTags}</p>}
    </>
  );
}

interface LineProps {
  readonly tag: string;
  readonly count: string | undefined;
  readonly condition: TagCondition | undefined;
  readonly onCondition: (condition: TagCondition | undefined) => void;
}

function TagLine({ tag, count, condition, onCondition }: LineProps) {
  const words = useWords().data;
  const format = useFormat();
  const click = ({ shiftKey, altKey, ctrlKey, metaKey }: MouseEvent) => {
    const wanted = altKey ? "none" : shiftKey || ctrlKey || metaKey ? "any" : "all";
    onCondition(condition === undefined || wanted !== "all" ? wanted : undefined);
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
      <Menu
        trigger={
          <Button
            kind="quiet"
            size="small"
            aria-label={words.conditionOn(tag)}
            icon={<Ellipsis size={14} aria-hidden />}
          />
        }
      >
        <MenuChoices
          label={tag}
          value={condition ?? "off"}
          onValue={(next) => onCondition(next === "off" ? undefined : next)}
          choices={[
            ...tagConditions.map((value) => ({ value, label: words.conditionNames[value] })),
            { value: "off" as const, label: words.conditionNames.off },
          ]}
        />
      </Menu>
    </li>
  );
}
