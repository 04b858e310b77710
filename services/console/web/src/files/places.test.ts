import { describe, expect, it } from "vitest";
import { folderOf, stepsTo } from "./places";

describe("the way to a folder", () => {
  it("begins in the folder of what was typed", () => {
    expect(folderOf("s3://bucket/photos/ca")).toBe("s3://bucket/photos/");
    expect(folderOf("s3://bucket")).toBe("");
    expect(folderOf("")).toBe("");
  });

  it("names each step of the way", () => {
    expect(stepsTo("s3://bucket/a b/c/")).toEqual([
      { name: "bucket", uri: "s3://bucket/" },
      { name: "a b", uri: "s3://bucket/a b/" },
      { name: "c", uri: "s3://bucket/a b/c/" },
    ]);
    expect(stepsTo("file:///data/x/")).toEqual([
      { name: "data", uri: "file:///data/" },
      { name: "x", uri: "file:///data/x/" },
    ]);
  });

  it("names the steps from the uppermost folder on, where there is one", () => {
    expect(stepsTo("s3://bucket/a/b/", "s3://bucket/a/").map(({ name }) => name)).toEqual(["a", "b"]);
    expect(stepsTo("s3://bucket/a/", "s3://bucket/a/").map(({ name }) => name)).toEqual(["a"]);
  });
});
