import { describe, expect, it } from "vitest";
import { columnInOwn, queryOf, questionOf, quoted } from "./question";

const version = { workspace: "w", dataset: "d", version: "v1" };

describe("the question of a view", () => {
  it("asks for everything where the view says nothing", () => {
    expect(questionOf(version, {})).toEqual({ version, query: {} });
  });

  it("says tags, types and times by their own fields", () => {
    const view = { all: ["a"], any: ["b", "c"], none: ["d"], type: ["image/png"], time: "0..86400", name: "x" };
    expect(queryOf(version, view)).toEqual({
      tags: { allOf: ["a"], anyOf: ["b", "c"], noneOf: ["d"] },
      contentTypes: ["image/png"],
      modifiedAfter: "1970-01-01T00:00:00.000Z",
      modifiedBefore: "1970-01-02T00:00:00.000Z",
      fileName: "x",
    });
  });

  it("asks for as many of the most similar as the view says, and says threshold and near-duplicates only with similarity", () => {
    expect(questionOf(version, { q: "a bird", min: 0.2, dup: 0.9 })).toEqual({
      version,
      query: { text: "a bird", topK: 100, scoreThreshold: 0.2 },
      nearDuplicateSimilarity: 0.9,
    });
    expect(questionOf(version, { k: 5, min: 0.2, dup: 0.9 })).toEqual({ version, query: {} });
  });

  it("names a file of the version as the example", () => {
    const name = "workspaces/w/datasets/d/versions/v1/files/f";
    expect(queryOf(version, { like: "f", k: 3 })).toEqual({ examples: { like: [{ file: name }] }, topK: 3 });
  });

  it("joins directories and sizes to the user's own expression, which may say OR", () => {
    const view = { expr: "width > 5 OR height > 5", dir: ["", 'a "b"\\c'], size: "10..20" };
    expect(queryOf(version, view).expression).toBe(
      '(width > 5 OR height > 5) AND (directory IN ("a \\"b\\"\\\\c") OR NOT HAS directory) AND size_bytes >= 10 AND size_bytes < 20',
    );
  });

  it("leaves the user's own expression as it is where nothing joins it, so that columns are its own", () => {
    expect(queryOf(version, { expr: "width > 5" }).expression).toBe("width > 5");
    expect(columnInOwn(7, { expr: "width > 5" })).toBe(7);
    expect(columnInOwn(7, { expr: "width > 5", size: "1.." })).toBe(6);
  });

  it("sorts only where an order was chosen", () => {
    expect(questionOf(version, { sort: "size", asc: true }).sort).toEqual({ field: "FIELD_SIZE", ascending: true });
    expect(questionOf(version, { sort: "relevance" }).sort).toBeUndefined();
  });
});

describe("a text of the query language", () => {
  it("keeps quotes, line breaks and backslashes", () => {
    expect(quoted('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"');
  });
});
