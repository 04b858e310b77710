import { describe, expect, it } from "vitest";
import { placeOf } from "./place";

describe("a column", () => {
  it("counts characters, of which some take two places of a string", () => {
    expect(placeOf("abc", 2)).toBe(1);
    expect(placeOf("🐦🐦 = x", 4)).toBe(5);
  });
});
