import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { goesOn, jobIds } from "@/api/jobs";
import { idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { Facts } from "@/parts/Facts";
import { Progress } from "@/parts/Progress";
import { Section } from "@/parts/Section";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { countsIn } from "./counts";
import styles from "./JobProgress.module.css";
import { countsOf, paceOf, type Sample, secondsOf, withSample } from "./pace";
import { useNow } from "./useNow";

interface Props {
  readonly job: Job;
  /** Its stream broke off, so that what stands here may be old. */
  readonly broken: boolean;
}

/** How far a job is, how fast, and what it has counted. */
export function JobProgress({ job, broken }: Props) {
  const words = useWords().jobs;
  const format = useFormat();
  const now = useNow(goesOn(job));
  const { total, done, failed } = countsOf(job);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => setSamples((before) => withSample(before, { at: Date.now(), count: done + failed })), [done, failed]);
  const { perSecond, secondsLeft } = paceOf(job, samples, now);
  const seconds = secondsOf(job, now);
  const text = words.of(format.number(done + failed), format.number(total));
  const isPending = job.state === "STATE_PENDING";

  return (
    <Section title={words.progress}>
      {job.message !== undefined &&
        (job.state === "STATE_FAILED" ? (
          <p role="alert" className={styles["problem"]}>
            {job.message}
          </p>
        ) : (
          <p className={styles["quiet"]}>{job.message}</p>
        ))}
      {isPending ? (
        <p className={styles["quiet"]}>
          {job.waitsFor === undefined ? (
            words.waiting
          ) : (
            <>
              {words.waitsFor}{" "}
              <Link to="/jobs/$job" params={jobIds(job.waitsFor)}>
                {idOf(job.waitsFor)}
              </Link>
            </>
          )}
        </p>
      ) : (
        (goesOn(job) || total > 0) && (
          <Progress
            label={words.progress}
            value={total === 0 ? null : done + failed}
            max={total}
            failed={failed}
            text={text}
          />
        )
      )}
      <div className={styles["line"]}>
        {total > 0 && (
          <span className={styles["done"]}>
            {text} · {format.percent((done + failed) / total)}
          </span>
        )}
        {perSecond !== undefined && <span>{words.perSecond(rounded(perSecond, format.number))}</span>}
        {secondsLeft !== undefined && secondsLeft > 0 && <span>{words.left(format.duration(secondsLeft))}</span>}
        {seconds !== undefined && (
          <span className={styles["quiet"]}>
            {goesOn(job) ? words.since(format.duration(seconds)) : words.took(format.duration(seconds))}
          </span>
        )}
        {broken && (
          <span role="status" className={styles["warning"]}>
            {words.reconnecting}
          </span>
        )}
      </div>
      <Facts facts={countsIn(job, words, format)} />
    </Section>
  );
}

/** One digit behind the point where that says something. */
function rounded(rate: number, write: (value: number) => string): string {
  return write(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
}
