import { Slider } from "@base-ui/react/slider";
import { useState } from "react";
import type { Histogram } from "@/api/types";
import { Button } from "@/parts/Button";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { Bars } from "./Bars";
import styles from "./Filters.module.css";

interface Props {
  readonly histogram: Histogram;
  readonly value: number | undefined;
  readonly onValue: (threshold: number | undefined) => void;
}

const STEPS = 200;

/** The scores of all files, and the cut-off below which they are left out. */
export function ScoreFilter({ histogram, value, onValue }: Props) {
  const words = useWords().data;
  const format = useFormat();
  const [dragged, drag] = useState<number>();
  const bounds = histogram.bounds ?? [];
  const least = bounds[0] ?? 0;
  const most = bounds.at(-1) ?? 0;
  if (most <= least) return <p className={styles["nothing"]}>{words.noValues}</p>;
  const cut = Math.min(Math.max(dragged ?? value ?? least, least), most);
  const suggested = histogram.suggestedThreshold;
  const figure = (score: number) => format.number(score.toFixed(3));
  return (
    <>
      <Bars counts={(histogram.counts ?? []).map(Number)} isChosen={(at) => (bounds[at + 1] ?? most) > cut} />
      <Slider.Root
        value={cut}
        min={least}
        max={most}
        step={(most - least) / STEPS}
        onValueChange={(next) => drag(next)}
        onValueCommitted={(next) => {
          drag(undefined);
          onValue(next <= least ? undefined : Number(next.toFixed(4)));
        }}
      >
        <Slider.Control className={styles["slider"]}>
          <Slider.Track className={styles["track"]}>
            {suggested !== undefined && (
              <span
                className={styles["suggested"]}
                style={{ insetInlineStart: `${(100 * (suggested - least)) / (most - least)}%` }}
              />
            )}
            <Slider.Thumb
              className={styles["thumb"]}
              getAriaLabel={() => words.threshold}
              getAriaValueText={() => figure(cut)}
            />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <p className={styles["ends"]}>
        <span>{words.above(figure(cut))}</span>
        <span>{figure(most)}</span>
      </p>
      {suggested === undefined ? (
        <p className={styles["nothing"]}>{words.noCutOff}</p>
      ) : (
        <Button size="small" onClick={() => onValue(Number(suggested.toFixed(4)))}>
          {words.cutAt(figure(suggested), format.number(histogram.aboveThreshold))}
        </Button>
      )}
    </>
  );
}
