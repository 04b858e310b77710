import { describe, expect, it } from "vitest";
import type { View } from "@/files/view";
import { countedApart } from "./counts";

describe("counts beside filters", () => {
  const parts = [
    ["tags", undefined],
    ["directories", "dir"],
    ["types", "type"],
  ] as const;

  it("come in one call as long as no filter has to leave out its own condition", () => {
    expect(countedApart({ q: "a" }, parts)).toEqual([{ view: { q: "a" }, fields: ["tags", "directories", "types"] }]);
  });

  it("leave a filter's own condition out, so that its other choices keep their counts", () => {
    const view: View = { dir: ["a"], all: ["b"] };
    expect(countedApart(view, parts)).toEqual([
      { view, fields: ["tags", "types"] },
      { view: { all: ["b"] }, fields: ["directories"] },
    ]);
  });
});
