import { Slider } from "@base-ui/react/slider";
import { ArrowDownWideNarrow, ArrowUpNarrowWide, History, LayoutGrid, List, PanelLeft, Route } from "lucide-react";
import { sortNames, TILE_PX, type View, type ViewChange } from "@/files/view";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { Select } from "@/parts/Select";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";
import filters from "./Filters.module.css";
import { useView } from "./useView";

interface Props {
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
}

/** How hits are shown: order, gallery or list, size of tiles, filters and explanation beside them. */
export function ViewControls({ view, onChange }: Props) {
  const { data: words, tagEdits } = useWords();
  const { version } = useView();
  const sort = view.sort ?? "relevance";
  const isAscending = view.asc === true;
  return (
    <div className={styles["controls"]}>
      <Select
        label={words.sort}
        value={sort}
        onValue={(next) => onChange(next === "relevance" ? { sort: undefined, asc: undefined } : { sort: next })}
        choices={sortNames.map((value) => ({ value, label: words.sorts[value] }))}
      />
      {sort !== "relevance" && (
        <Button
          kind="quiet"
          aria-label={isAscending ? words.ascending : words.descending}
          title={isAscending ? words.ascending : words.descending}
          icon={
            isAscending ? <ArrowUpNarrowWide size={16} aria-hidden /> : <ArrowDownWideNarrow size={16} aria-hidden />
          }
          onClick={() => onChange({ asc: isAscending ? undefined : true })}
        />
      )}
      {view.list !== true && (
        <Slider.Root
          className={styles["sizes"]}
          value={view.tile ?? TILE_PX.usual}
          min={TILE_PX.least}
          max={TILE_PX.most}
          step={12}
          onValueChange={(tile) => onChange({ tile: tile === TILE_PX.usual ? undefined : tile }, { replace: true })}
        >
          <Slider.Control className={filters["slider"]}>
            <Slider.Track className={filters["track"]}>
              <Slider.Thumb className={filters["thumb"]} getAriaLabel={() => words.tileSize} />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
      )}
      <Button
        kind="quiet"
        aria-label={view.list ? words.gallery : words.list}
        title={view.list ? words.gallery : words.list}
        icon={view.list ? <LayoutGrid size={16} aria-hidden /> : <List size={16} aria-hidden />}
        onClick={() => onChange({ list: view.list ? undefined : true })}
      />
      <Button
        kind="quiet"
        aria-pressed={view.explain === true}
        aria-label={words.explain}
        title={words.explain}
        icon={<Route size={16} aria-hidden />}
        onClick={() => onChange({ explain: view.explain ? undefined : true })}
      />
      <Button
        kind="quiet"
        aria-pressed={view.wide !== true}
        aria-label={words.filters}
        title={words.filters}
        icon={<PanelLeft size={16} aria-hidden />}
        onClick={() => onChange({ wide: view.wide ? undefined : true })}
      />
      <ButtonLink
        kind="quiet"
        to="/datasets/$dataset/versions/$version/tag-edits"
        params={{ dataset: version.dataset, version: version.version }}
        aria-label={tagEdits.title}
        title={tagEdits.title}
        icon={<History size={16} aria-hidden />}
      />
    </div>
  );
}
