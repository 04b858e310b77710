import { Slider } from "@base-ui/react/slider";
import { useState } from "react";
import type { Histogram } from "@/api/types";
import { type Range, rangeText } from "@/files/view";
import { useWords } from "@/words/words";
import { Bars } from "./Bars";
import styles from "./Filters.module.css";

interface Props {
  readonly label: string;
  readonly histogram: Histogram | undefined;
  readonly value: Range | undefined;
  readonly onValue: (range: string | undefined) => void;
  readonly format: (value: number) => string;
}

/** A histogram whose two handles choose a range of it. */
export function RangeFilter({ label, histogram, value, onValue, format }: Props) {
  const words = useWords().data;
  const bounds = histogram?.bounds ?? [];
  const last = bounds.length - 1;
  const [dragged, drag] = useState<readonly number[]>();
  if (last < 1) return <p className={styles["nothing"]}>{words.noValues}</p>;
  const [from = 0, to = last] = dragged ?? placesOf(value, bounds);
  return (
    <>
      <Bars counts={(histogram?.counts ?? []).map(Number)} isChosen={(at) => at >= from && at < to} />
      <Slider.Root
        value={[from, to]}
        min={0}
        max={last}
        minStepsBetweenValues={1}
        aria-label={label}
        onValueChange={(next) => drag(next as readonly number[])}
        onValueCommitted={(next) => {
          drag(undefined);
          onValue(rangeText(rangeAt(next as readonly number[], bounds)));
        }}
      >
        <Slider.Control className={styles["slider"]}>
          <Slider.Track className={styles["track"]}>
            <Slider.Indicator className={styles["indicator"]} />
            {[from, to].map((place, at) => (
              <Slider.Thumb
                // biome-ignore lint/suspicious/noArrayIndexKey: the lower one and the upper one
                key={at}
                index={at}
                className={styles["thumb"]}
                getAriaLabel={() => (at === 0 ? words.from(label) : words.to(label))}
                getAriaValueText={() => format(bounds[place] ?? 0)}
              />
            ))}
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <p className={styles["ends"]}>
        <span>{format(bounds[from] ?? 0)}</span>
        <span>{format(bounds[to] ?? 0)}</span>
      </p>
    </>
  );
}

/** Where the ends of a range lie among the bounds: at those nearest to them. */
function placesOf(range: Range | undefined, bounds: readonly number[]): readonly [number, number] {
  const last = bounds.length - 1;
  const from = range?.from === undefined ? 0 : Math.min(nearest(range.from, bounds), last - 1);
  const to = range?.to === undefined ? last : Math.max(nearest(range.to, bounds), from + 1);
  return [from, to];
}

function nearest(value: number, bounds: readonly number[]): number {
  return bounds.reduce(
    (best, bound, at) => (Math.abs(bound - value) < Math.abs((bounds[best] ?? 0) - value) ? at : best),
    0,
  );
}

/** An end at the first or last bound is open: it also lets in what comes later. */
function rangeAt([from = 0, to = 0]: readonly number[], bounds: readonly number[]): Range {
  return {
    from: from === 0 ? undefined : Math.ceil(bounds[from] ?? 0),
    to: to === bounds.length - 1 ? undefined : Math.ceil(bounds[to] ?? 0),
  };
}
