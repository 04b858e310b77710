import { describe, expect, it } from "vitest";
import { en } from "./en";
import { formatIn } from "./format";
import { zh } from "./zh";

describe("the words", () => {
  it("have the same keys of the same kind in every language", () => {
    expect(kindsOf(zh)).toEqual(kindsOf(en));
  });

  it("are all there: none is empty, and none is left in English", () => {
    const english = textsOf(en);
    for (const [key, text] of textsOf(zh)) {
      expect(text, key).not.toBe("");
      // A text with a space is a phrase: no name of a product, unit or protocol.
      if (text === english.get(key)) expect(text, `${key} in Chinese`).not.toMatch(/[a-z] [a-z]/);
    }
  });
});

describe("numbers and times", () => {
  const english = formatIn("en");

  it("are written as the language does", () => {
    expect(english.number("1234567")).toBe("1,234,567");
    expect(english.number(undefined)).toBe("0");
    expect(english.bytes(0)).toBe("0 byte");
    expect(english.bytes("1500")).toBe("1.5 kB");
    expect(english.bytes(19_400_000)).toBe("19 MB");
    expect(english.percent(0.256)).toBe("25.6%");
    expect(english.duration(61)).toBe("1 min 1 sec");
    expect(formatIn("zh").fromNow(new Date(Date.now() - 7_200_000).toISOString())).toBe("2小时前");
  });

  it("say nothing of a time that is absent", () => {
    expect(english.time(undefined)).toBe("");
    expect(english.fromNow(undefined)).toBe("");
  });
});

/** Each key with the kind of what stands there. */
function kindsOf(words: object): Map<string, string> {
  return new Map([...leavesOf(words, "")].map(([key, leaf]) => [key, typeof leaf]));
}

function textsOf(words: object): Map<string, string> {
  const leaves = [...leavesOf(words, "")];
  return new Map(leaves.filter((leaf): leaf is [string, string] => typeof leaf[1] === "string"));
}

function* leavesOf(words: object, before: string): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "object" && value !== null) yield* leavesOf(value, `${before}${key}.`);
    else yield [`${before}${key}`, value];
  }
}
