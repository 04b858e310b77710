import { describe, expect, it } from "vitest";
import { examplesOf, type Known } from "./exampleSearches";

const file = "workspaces/w/datasets/d/versions/v1/files/";
const count = (value: string, files: number) => ({ value, count: String(files) });
const nothing: Known = { tags: [], directories: [], sizes: undefined, hits: [] };
const tagged: Known = {
  ...nothing,
  tags: [count("image", 10), count("bird", 6), count("night", 3)],
  sizes: { bounds: [0, 150_000, 310_000, 1_000_000], counts: ["2", "4", "4"] },
  hits: [{ file: { name: `${file}a` } }],
};
const indexed = [...tagged.hits, { file: { name: `${file}b`, indexTime: "2026-01-01T00:00:00Z" } }];

describe("the searches to try", () => {
  it("are of every kind where there are tags and an index", () => {
    expect(examplesOf({ ...tagged, hits: indexed })).toEqual([
      { kind: "text", change: { q: "bird" } },
      { kind: "tags", change: { all: ["image"], none: ["bird"] } },
      { kind: "expression", change: { expr: 'size_bytes >= 100KB AND tags.all = "image"' } },
      { kind: "similar", change: { like: "b" } },
    ]);
  });

  it("ask for no likeness where no file is in the index", () => {
    expect(examplesOf(tagged).map(({ kind }) => kind)).toEqual(["tags", "expression"]);
  });

  it("take the name of a directory for a text where there are no tags", () => {
    const known = { ...nothing, directories: [count("", 9), count("animals/sea_birds", 3)], hits: indexed };
    expect(examplesOf(known)[0]).toEqual({ kind: "text", change: { q: "sea birds" } });
  });

  it("leave out no tag that may be on all the files that have the first", () => {
    const known = { ...tagged, tags: [count("bird", 6), count("animal", 6)] };
    expect(examplesOf(known)[0]).toEqual({ kind: "tags", change: { all: ["bird"] } });
  });

  it("say NOT of a tag that few files have, so that some of the larger half remain", () => {
    const known = { ...tagged, tags: [count('a "b"', 2)], sizes: { bounds: [2_500_000, 9_000_000], counts: ["10"] } };
    expect(examplesOf(known)[1]?.change.expr).toBe('size_bytes >= 2MB AND NOT tags.all = "a \\"b\\""');
  });

  it("are none where there is nothing to go by", () => {
    expect(examplesOf({ ...nothing, hits: tagged.hits })).toEqual([]);
  });
});
