import { describe, expect, it } from "vitest";
import { wantedAt } from "./completion";

/** What is wanted where the `|` stands. */
function wanted(marked: string) {
  const caret = marked.indexOf("|");
  return wantedAt(marked.replace("|", ""), caret);
}

describe("completion of the query language", () => {
  it.each(["|", "fi|", "width > 5 AND |", "NOT |", "(|", "(a = 1 OR fi|", "HAS |"])("wants a field at %s", (marked) => {
    expect(wanted(marked)?.kind).toBe("term");
  });

  it.each(["width |", "a = 1 AND tags.all |", "NOT width |"])("wants an operator at %s", (marked) => {
    expect(wanted(marked)?.kind).toBe("operator");
  });

  it.each(["width > 5 |", 'tags.all = "bird" |', "(width > 5) |", "HAS tags.user |", "tags.all IN (a, b) |"])(
    "wants AND or OR at %s",
    (marked) => {
      expect(wanted(marked)?.kind).toBe("connective");
    },
  );

  it("wants a tag behind a field of tags, with what of it is written", () => {
    expect(wanted("tags.all = |")).toEqual({ kind: "tag", from: 11, prefix: "", quote: undefined });
    expect(wanted('Tags.all = "road si|')).toEqual({ kind: "tag", from: 11, prefix: "road si", quote: '"' });
    expect(wanted("tags.user NOT IN (bird, ni|")).toEqual({ kind: "tag", from: 24, prefix: "ni", quote: undefined });
  });

  it("knows the values of a field that has few", () => {
    expect(wanted("sort_by = |")).toMatchObject({ kind: "value", choices: expect.arrayContaining(["DataSize"]) });
  });

  it("suggests nothing where any text may stand", () => {
    expect(wanted("file_name = x|")).toBeUndefined();
  });
});
