import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import {
  isChosen,
  leftFor,
  MOST_FILES,
  nothing,
  questionOfSelection,
  sizeOf,
  useSelection,
  withAdded,
  withToggled,
} from "./selection";

const question = { version: { workspace: "w", dataset: "d", version: "v1" }, query: { text: "a bird" } };

describe("a selection", () => {
  it("chooses files one by one and gives them up again", () => {
    const one = withToggled(withToggled(nothing, "a"), "b");
    expect([sizeOf(one), isChosen(one, "a"), isChosen(one, "c")]).toEqual([2, true, false]);
    expect(sizeOf(withToggled(withToggled(one, "a"), "b"))).toBe(0);
  });

  it("asks for its files by name, or by the question that found them all", () => {
    expect(questionOfSelection(withToggled(nothing, "a"), question)).toEqual({
      version: question.version,
      query: { files: ["a"] },
    });
    expect(questionOfSelection({ kind: "all", question, total: 7 }, question)).toBe(question);
  });

  it("begins anew where one file is chosen out of all", () => {
    const all = { kind: "all", question, total: 7 } as const;
    expect(isChosen(all, "anything")).toBe(true);
    expect(withToggled(all, "a")).toEqual({ kind: "some", files: new Set(["a"]) });
  });

  it("of all that match ends with another question, so that nothing is done to files that nobody sees", () => {
    const all = { kind: "all", question, total: 7 } as const;
    const other = { ...question, query: { text: "a cat" } };
    expect(leftFor(all, { ...question })).toBe(all);
    expect(sizeOf(leftFor(all, other))).toBe(0);
    const some = withToggled(nothing, "a");
    expect(leftFor(some, other)).toBe(some);
  });

  it("names no more files than a call takes", () => {
    const many = Array.from({ length: MOST_FILES + 5 }, (_, at) => `f${at}`);
    const full = withAdded(nothing, many);
    expect(sizeOf(full)).toBe(MOST_FILES);
    expect(sizeOf(withToggled(full, "one more"))).toBe(MOST_FILES);
    expect(sizeOf(withToggled(full, "f0"))).toBe(MOST_FILES - 1);
  });

  it("keeps what was chosen while a range was on its way", () => {
    const { result } = renderHook(() => useSelection(question));
    const [before, late] = result.current;
    act(() => result.current[1](withToggled(before, "a")));
    act(() => late((then) => withAdded(then, ["b", "c"])));
    expect(result.current[0]).toEqual({ kind: "some", files: new Set(["a", "b", "c"]) });
    act(() => late(nothing));
    expect(result.current[0]).toEqual(nothing);
  });
});
