import { useQueryClient } from "@tanstack/react-query";
import {
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { hitsBetween, hitsQuery, PAGE_HITS, type Question } from "@/api/search";
import type { Hit } from "@/api/types";
import { TILE_PX, type View, type ViewChange } from "@/files/view";
import { Grid, type GridHandle, type GridRow } from "@/grid/Grid";
import type { Shape } from "@/grid/layout";
import { useShortcut } from "@/keys/shortcuts";
import { failureText } from "@/parts/failure";
import { tell, tellFailure } from "@/parts/toast";
import { useWords } from "@/words/words";
import { HitRow } from "./HitRow";
import { type Results, ResultsContext } from "./ResultsContext";
import { isChosen, MOST_FILES, sizeOf, useSelection, withAdded, withToggled } from "./selection";

interface Props {
  readonly question: Question;
  readonly total: number;
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
  readonly onOpen: (index: number, file: string) => void;
  readonly ref?: Ref<GridHandle>;
}

const renderRow = (row: GridRow) => <HitRow {...row} />;

/** The hits in their grid, with everything that a mouse or a key does to them. */
export function ResultsGrid({ question, total, view, onChange, onOpen, ref }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  const grid = useRef<GridHandle>(null);
  useImperativeHandle(ref, () => ({
    focus: () => grid.current?.focus(),
    press: (key) => grid.current?.press(key),
  }));
  const [selection, choose] = useSelection(question);
  const [active, setActive] = useState(Math.min(view.at ?? 0, total - 1));
  // Where a range that is chosen with Shift begins.
  const anchor = useRef(active);
  const shape = useMemo<Shape>(
    () =>
      view.list
        ? { kind: "lines", linePx: 64 }
        : { kind: "tiles", tilePx: view.tile ?? TILE_PX.usual, gapPx: 8, footPx: 22 },
    [view.list, view.tile],
  );

  function hitAt(index: number): Hit | undefined {
    const page = queries.getQueryData(hitsQuery(question, Math.floor(index / PAGE_HITS)).queryKey);
    return page?.hits[index % PAGE_HITS];
  }

  function toggle(index: number, hit: Hit | undefined) {
    if (hit?.file?.name === undefined) return;
    anchor.current = index;
    setActive(index);
    const isFull = sizeOf(selection) >= MOST_FILES && !isChosen(selection, hit.file.name);
    if (isFull && selection.kind === "some") tell({ title: words.data.selectionFull(MOST_FILES) });
    choose(withToggled(selection, hit.file.name));
  }

  async function chooseRange(index: number) {
    const [first, last] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
    setActive(index);
    if (last - first >= MOST_FILES) {
      tell({ title: words.data.selectionFull(MOST_FILES) });
      return;
    }
    try {
      const hits = await hitsBetween(queries, question, first, last);
      const names = hits.flatMap(({ file }) => file?.name ?? []);
      choose((before) => withAdded(before, names));
    } catch (error) {
      tellFailure(words.frame.failure.title, failureText(error as Error, words));
    }
  }

  function select(index: number, hit: Hit, event: MouseEvent | KeyboardEvent) {
    if (event.shiftKey) void chooseRange(index);
    else toggle(index, hit);
  }

  function open(index: number, hit: Hit | undefined) {
    if (hit?.file?.name !== undefined) onOpen(index, hit.file.name);
  }

  function similar(hit: Hit | undefined) {
    const like = hit?.file?.name?.split("/").at(-1);
    if (like !== undefined) onChange({ like, q: undefined, image: undefined, uri: undefined, min: undefined });
  }

  const results: Results = {
    question,
    selection,
    active,
    isList: view.list === true,
    onToggle: select,
    onOpen: open,
    onSimilar: similar,
    onClick: (index, hit, event) => {
      const chooses = event.shiftKey || event.ctrlKey || event.metaKey || sizeOf(selection) > 0;
      if (chooses) select(index, hit, event);
      else open(index, hit);
    },
  };
  const stable = useStableActions(results);

  const keys = words.data.keys;
  useShortcut({ key: "x", label: keys.select, run: () => toggle(active, hitAt(active)) });
  useShortcut({ key: "i", label: keys.details, run: () => open(active, hitAt(active)) });
  useShortcut({ key: "s", label: keys.similar, run: () => similar(hitAt(active)) });
  useShortcut({ key: "a", command: true, label: keys.all, run: () => choose({ kind: "all", question, total }) });
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
    // biome-ignore lint/correctness/useHookAtTopLevel: the list is the same each time
    useShortcut({
      key,
      label: keys.move,
      run: () => {
        grid.current?.focus();
        grid.current?.press(key);
      },
    });
  }

  function still(first: number, last: number) {
    if (first !== (view.at ?? 0)) onChange({ at: first === 0 ? undefined : first }, { replace: true });
    // The pages on both sides: whoever scrolls on finds them there.
    for (const page of [Math.floor(first / PAGE_HITS) - 1, Math.floor(last / PAGE_HITS) + 1]) {
      if (page >= 0 && page * PAGE_HITS < total) void queries.prefetchQuery(hitsQuery(question, page));
    }
  }

  return (
    <ResultsContext value={stable}>
      <Grid
        ref={grid}
        label={words.data.hits}
        shape={shape}
        count={total}
        active={active}
        onActive={(index, event) => {
          if (event?.shiftKey) void chooseRange(index);
          else {
            anchor.current = index;
            setActive(index);
          }
        }}
        onEnter={() => open(active, hitAt(active))}
        onSpace={() => toggle(active, hitAt(active))}
        start={view.at ?? 0}
        onStill={still}
        renderRow={renderRow}
      />
    </ResultsContext>
  );
}

/** The same functions between renders, so that a tile is drawn anew only when something of its own changed. */
function useStableActions(results: Results): Results {
  const { question, selection, active, isList } = results;
  const latest = useRef(results);
  useLayoutEffect(() => {
    latest.current = results;
  });
  const actions = useMemo<Pick<Results, "onClick" | "onToggle" | "onOpen" | "onSimilar">>(
    () => ({
      onClick: (index, hit, event) => latest.current.onClick(index, hit, event),
      onToggle: (index, hit, event) => latest.current.onToggle(index, hit, event),
      onOpen: (index, hit) => latest.current.onOpen(index, hit),
      onSimilar: (hit) => latest.current.onSimilar(hit),
    }),
    [],
  );
  return useMemo(
    () => ({ question, selection, active, isList, ...actions }),
    [question, selection, active, isList, actions],
  );
}
