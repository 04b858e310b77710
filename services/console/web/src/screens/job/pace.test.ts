import { describe, expect, it } from "vitest";
import type { Job } from "@/api/types";
import { paceOf, type Sample, secondsOf, withSample } from "./pace";

const start = Date.parse("2026-01-01T00:00:00Z");
const job = (done: number): Job => ({
  state: "STATE_RUNNING",
  startTime: "2026-01-01T00:00:00Z",
  progress: { total: "1000", done: String(done - 10), failed: "10" },
});

describe("the pace of a job", () => {
  it("is that since its begin while nothing else is known", () => {
    expect(paceOf(job(100), [], start + 10_000)).toEqual({ perSecond: 10, secondsLeft: 90 });
  });

  it("is that of the last half minute, whatever was before", () => {
    let samples: readonly Sample[] = [];
    for (let second = 0; second <= 100; second += 1) {
      samples = withSample(samples, {
        at: start + second * 1000,
        count: second < 60 ? second : 60 + (second - 60) * 5,
      });
    }
    const { perSecond, secondsLeft } = paceOf(job(260), samples, start + 100_000);
    expect(perSecond).toBeCloseTo(5);
    expect(secondsLeft).toBeCloseTo(148);
    expect(samples.length).toBeLessThan(40);
  });

  it("says nothing in the first moments, while nothing comes, and after the end", () => {
    const nothing = { perSecond: undefined, secondsLeft: undefined };
    expect(paceOf(job(10), [], start + 1_000)).toEqual(nothing);
    expect(paceOf({ ...job(10), progress: {} }, [], start + 60_000)).toEqual(nothing);
    expect(paceOf({ ...job(100), state: "STATE_SUCCEEDED" }, [], start + 10_000)).toEqual(nothing);
  });

  it("knows how long a job took", () => {
    expect(secondsOf({ startTime: "2026-01-01T00:00:00Z", endTime: "2026-01-01T00:01:30Z" }, start)).toBe(90);
    expect(secondsOf({}, start)).toBeUndefined();
  });
});
