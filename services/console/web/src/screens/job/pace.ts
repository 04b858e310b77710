import { goesOn } from "@/api/jobs";
import type { Job } from "@/api/types";

/** How many files were worked through at a moment, in milliseconds since 1970. */
export interface Sample {
  readonly at: number;
  readonly count: number;
}

/** How fast a job is; undefined where that cannot be said yet. */
export interface Pace {
  readonly perSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

const window_ms = 30_000;
const least_ms = 2_000;

/** Adds a sample and drops those that are too old to say how fast the job is now. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  if (samples.at(-1)?.count === sample.count) return samples;
  return [...samples.filter(({ at }) => sample.at - at <= window_ms), sample];
}

/** The pace of the last half minute, or that since the job began where there are no samples of it yet. */
export function paceOf(job: Job, samples: readonly Sample[], now: number): Pace {
  const { total, done, failed } = countsOf(job);
  if (!goesOn(job) || job.startTime === undefined) return { perSecond: undefined, secondsLeft: undefined };
  const recent = samples.filter(({ at }) => now - at <= window_ms);
  const first = recent[0];
  const since = first !== undefined && now - first.at >= least_ms && recent.length > 1 ? first : undefined;
  const from = since ?? { at: Date.parse(job.startTime), count: 0 };
  const seconds = (now - from.at) / 1000;
  const perSecond = seconds * 1000 < least_ms ? undefined : (done + failed - from.count) / seconds;
  if (perSecond === undefined || perSecond <= 0) return { perSecond: undefined, secondsLeft: undefined };
  return { perSecond, secondsLeft: total === 0 ? undefined : Math.max(0, total - done - failed) / perSecond };
}

export function countsOf({ progress = {} }: Job): { total: number; done: number; failed: number } {
  return {
    total: Number(progress.total ?? 0),
    done: Number(progress.done ?? 0),
    failed: Number(progress.failed ?? 0),
  };
}

/** How long a job has gone on, or took, in seconds; undefined before it began. */
export function secondsOf({ startTime, endTime }: Job, now: number): number | undefined {
  if (startTime === undefined) return undefined;
  return Math.max(0, ((endTime === undefined ? now : Date.parse(endTime)) - Date.parse(startTime)) / 1000);
}
