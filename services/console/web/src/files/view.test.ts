import { describe, expect, it } from "vitest";
import { changed, conditionOn, rangeOf, rangeText, toggled, type View, viewIn, withTag } from "./view";

describe("a view in an address", () => {
  it("is read back as it was written", () => {
    const view: View = {
      q: "a bird",
      all: ["bird", "42"],
      none: ["night"],
      dir: ["", "animals/birds"],
      size: "1000..",
      time: "..1700000000",
      k: 50,
      min: -0.25,
      sort: "size",
      asc: true,
      dup: 0.98,
      list: true,
      tile: 240,
      at: 500_000,
    };
    expect(viewIn(JSON.parse(JSON.stringify(view)))).toEqual(view);
  });

  it("leaves out what anybody may have written there instead", () => {
    const written = {
      q: "",
      image: "../../etc/passwd",
      all: [1, null, {}],
      size: "many..few",
      time: "..",
      k: 0,
      min: "NaN",
      sort: "colour",
      dup: 7,
      tile: 1e9,
      at: -1,
      unknown: "x",
    };
    expect(viewIn(written)).toEqual({});
  });

  it("takes a single text for a list of one, and no text twice", () => {
    expect(viewIn({ all: "bird", any: ["a", "a"] })).toEqual({ all: ["bird"], any: ["a"] });
  });
});

describe("a change of a view", () => {
  it("leads back to the first hit when it asks for other files, and stays when it only shows them otherwise", () => {
    const view: View = { q: "a bird", at: 300 };
    expect(changed(view, { k: 10 })).toEqual({ q: "a bird", k: 10 });
    expect(changed(view, { list: true })).toEqual({ q: "a bird", at: 300, list: true });
    expect(changed(view, { at: 7 })).toEqual({ q: "a bird", at: 7 });
  });

  it("takes out what is undefined, and lists that became empty", () => {
    expect(changed({ q: "a", all: ["b"], asc: true }, { q: undefined, all: [] })).toEqual({ asc: true });
  });

  it("puts one condition at most on a tag", () => {
    let view: View = {};
    view = changed(view, withTag(view, "bird", "all"));
    view = changed(view, withTag(view, "night", "all"));
    view = changed(view, withTag(view, "bird", "none"));
    expect(view).toEqual({ all: ["night"], none: ["bird"] });
    expect(conditionOn(view, "bird")).toBe("none");
    expect(changed(view, withTag(view, "bird", undefined))).toEqual({ all: ["night"] });
  });

  it("chooses a value of a filter and gives it up again", () => {
    const chosen = changed({}, toggled({}, "dir", ""));
    expect(chosen).toEqual({ dir: [""] });
    expect(changed(chosen, toggled(chosen, "dir", ""))).toEqual({});
  });
});

describe("a range", () => {
  it("may be open at either end, but not at both", () => {
    expect(rangeOf("5..9")).toEqual({ from: 5, to: 9 });
    expect(rangeOf("..9")).toEqual({ from: undefined, to: 9 });
    expect(rangeOf("5..")).toEqual({ from: 5, to: undefined });
    for (const text of ["..", "", "5", "a..b", undefined]) expect(rangeOf(text)).toBeUndefined();
    expect(rangeText({ from: 5, to: undefined })).toBe("5..");
    expect(rangeText({ from: undefined, to: undefined })).toBeUndefined();
  });
});
