import { ArrowDownToLine, Pause, Play } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import type { JobIds } from "@/api/jobs";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { FilterBar } from "@/parts/FilterBar";
import { Section } from "@/parts/Section";
import { Select } from "@/parts/Select";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./JobLog.module.css";
import { LogLine } from "./LogLine";
import { jobRoute, logLevels } from "./route";
import { linesKept, useJobLog } from "./useJobLog";

type Level = (typeof logLevels)[number];

/** The log of a job, which follows while somebody reads its end. */
export function JobLog({ ids }: { readonly ids: JobIds }) {
  const words = useWords().jobs.log;
  const format = useFormat();
  const { level = "LEVEL_INFO" } = jobRoute.useSearch();
  const navigate = jobRoute.useNavigate();
  const [follows, setFollows] = useState(true);
  const { lines, isCut, state, error } = useJobLog(ids, follows);
  const shown = lines.filter((line) => logLevels.indexOf(line.level ?? "LEVEL_INFO") >= logLevels.indexOf(level));
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const isOver = state === "ended";
  useShortcut({ key: "f", label: words.followKey, run: () => setFollows((before) => isOver || !before) });

  // What comes is scrolled to only where its reader was at the end.
  useLayoutEffect(() => {
    if (atEnd && shown.length > 0) toEnd(box.current);
  }, [atEnd, shown.length]);

  return (
    <Section
      title={words.title}
      actions={
        <FilterBar>
          <Select<Level>
            label={words.level}
            value={level}
            onValue={(next) =>
              void navigate({
                search: ({ level: _, ...others }) => (next === "LEVEL_INFO" ? others : { ...others, level: next }),
                replace: true,
              })
            }
            choices={logLevels.map((value) => ({ value, label: words.levels[value] }))}
          />
          {!isOver && (
            <Button
              icon={follows ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
              onClick={() => setFollows(!follows)}
            >
              {follows ? words.pause : words.follow}
            </Button>
          )}
          <Button
            icon={<ArrowDownToLine size={14} aria-hidden />}
            disabled={atEnd}
            onClick={() => {
              setAtEnd(true);
              toEnd(box.current);
            }}
          >
            {words.toEnd}
          </Button>
        </FilterBar>
      }
    >
      {error !== null && <ErrorNote error={error} />}
      {isCut && <p className={styles["quiet"]}>{words.cut(format.number(linesKept))}</p>}
      <div
        ref={box}
        role="log"
        aria-label={words.title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        tabIndex={0}
        className={styles["log"]}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < 24)
        }
      >
        {shown.length === 0 && (
          <span className={styles["quiet"]}>{lines.length === 0 ? words.empty : words.noneOfLevel}</span>
        )}
        {shown.map((line) => (
          <LogLine key={line.sequence} line={line} />
        ))}
      </div>
      <span role="status" className={styles["state"]}>
        {words.state[state]}
      </span>
    </Section>
  );
}

function toEnd(box: HTMLElement | null): void {
  if (box !== null) box.scrollTop = box.scrollHeight;
}
