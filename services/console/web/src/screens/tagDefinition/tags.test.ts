import { describe, expect, it } from "vitest";
import { en } from "@/words/en";
import { zh } from "@/words/zh";
import { drivingTemplate } from "./driving";
import { problemsOf } from "./problems";
import { positionOf, readDefinition, type TagDraft, writeDefinition } from "./tags";

const words = en.tagDefinitions.wrong;
const problems = (text: string) => problemsOf(text, readDefinition(text), words);
const tags: readonly TagDraft[] = [
  { name: "Bird", description: "Any bird", values: [] },
  {
    name: "Lock",
    description: "",
    values: [
      { name: "up", description: "" },
      { name: "down", description: "" },
    ],
  },
  {
    name: "7",
    description: "",
    values: [
      { name: "1", description: "one" },
      { name: "0", description: "" },
    ],
  },
];

describe("a definition", () => {
  it("comes back from its text as it was, in its order", () => {
    expect(readDefinition(writeDefinition(tags)).tags).toEqual(tags);
    expect(writeDefinition(tags)).toContain('"values": ["up", "down"]');
  });

  it("keeps names that are empty or twice while they are typed, and says where they stand", () => {
    const text = writeDefinition([...tags, { name: "Bird", description: "", values: [{ name: "", description: "" }] }]);
    expect(readDefinition(text).tags).toHaveLength(4);
    const found = problems(text);
    expect(found.map(({ message, tag, value }) => [message, tag, value])).toEqual([
      [words.twice("Bird"), 3, undefined],
      [words.noName, 3, 0],
    ]);
    expect(found.map(({ place }) => text.slice(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0)))).toEqual([
      '"Bird"',
      '""',
    ]);
  });

  it.each([
    ['{"tags": {"a": "b",}}', 1, 20],
    ['{\n  "tags": {\n    "a": 1\n  }\n}', 3, 10],
    ['{"tags": {"a": {"description": "x", "vals": []}}}', 1, 37],
    ['{"tags": {}, "tags": {}}', 1, 14],
    ['{"tags": ["a"]}', 1, 10],
    ['{"tags": {"a": {"values": ["x", 2]}}}', 1, 33],
    ["{} // with a comment", 1, 4],
  ])("that is none says where: %s", (text, line, column) => {
    const [problem] = problems(text);
    expect(problem).toBeDefined();
    expect(positionOf(text, problem?.place?.offset ?? -1)).toEqual({ line, column });
  });

  it("has limits: of tags, of characters, of signs and of bytes", () => {
    const many = (count: number) => ({
      name: "a",
      description: "",
      values: Array.from({ length: count }, (_, number) => ({ name: String(number), description: "" })),
    });
    expect(problems(writeDefinition([many(500)]))).toEqual([]);
    expect(problems(writeDefinition([many(501)]))[0]?.message).toBe(words.tooMany(501));
    expect(problems(writeDefinition([]))[0]?.message).toBe(words.noTag);
    const named = (name: string) => problems(writeDefinition([{ name, description: "", values: [] }]))[0]?.message;
    expect(named("a/b")).toBe(words.sign);
    expect(named("a\tb")).toBe(words.sign);
    expect(named("鸟".repeat(101))).toBe(words.longName);
    expect(named("鸟".repeat(100))).toBeUndefined();
    expect(problems(writeDefinition([{ name: "a", description: "x".repeat(65_536), values: [] }]))[0]?.message).toMatch(
      /bytes/,
    );
  });

  it.each(["en", "zh"] as const)("of driving tags is right in %s", (language) => {
    const { guide, tags: driving } = drivingTemplate(language);
    const text = writeDefinition(driving);
    expect(problemsOf(text, readDefinition(text), zh.tagDefinitions.wrong)).toEqual([]);
    expect(driving.length).toBeGreaterThan(15);
    expect(guide.length).toBeLessThan(8192);
  });
});
