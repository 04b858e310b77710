import { describe, expect, it } from "vitest";
import { ApiError } from "./errors";
import { readThrough } from "./reconnect";

const broken = () => new ApiError(0, "NO_ANSWER", "broke off");

describe("a stream that is read through breaks", () => {
  it("is read again after each, to its end", async () => {
    let reads = 0;
    let breaks = 0;
    const read = async () => {
      reads += 1;
      if (reads === 1) throw broken();
      if (reads === 2) throw new ApiError(503, "SERVICE_UNAVAILABLE", "stops");
      if (reads === 3) throw new TypeError("network error");
    };
    await readThrough({ read, signal: new AbortController().signal, onBreak: () => breaks++, pauses: [0] });
    expect([reads, breaks]).toEqual([4, 3]);
  });

  it("is not read again where that does not help", async () => {
    const read = () => Promise.reject(new ApiError(404, "NOT_FOUND", "gone"));
    const reading = readThrough({ read, signal: new AbortController().signal, onBreak: () => undefined, pauses: [0] });
    await expect(reading).rejects.toThrow("gone");
  });

  it("ends with its reader, also in a pause", async () => {
    const leaving = new AbortController();
    const read = () => Promise.reject(broken());
    const onBreak = () => setTimeout(() => leaving.abort(), 0);
    await readThrough({ read, signal: leaving.signal, onBreak, pauses: [60_000] });
    expect(leaving.signal.aborted).toBe(true);
  });
});
