import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** A value of a tag, as it is typed. */
export interface ValueDraft {
  readonly name: string;
  readonly description: string;
}

/** A tag as it is typed: names may be empty or twice for the moment. */
export interface TagDraft {
  readonly name: string;
  readonly description: string;
  readonly values: readonly ValueDraft[];
}

/** Where in the text of a definition something stands. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** A name of a tag or value in the text; `value` is undefined for the tag itself. */
export interface NamePlace extends Place {
  readonly tag: number;
  readonly value: number | undefined;
}

/** What keeps a text from being a definition. */
export interface Flaw extends Place {
  readonly kind: "syntax" | "shape" | "key";
  /** The code of a mistake of syntax, or where the shape is another one, such as `tags.Bird.values`. */
  readonly detail: string;
}

/** A text of a definition, read: its tags in their order, or where it is none. */
export type Reading =
  | { readonly tags: readonly TagDraft[]; readonly places: readonly NamePlace[]; readonly flaw: undefined }
  | { readonly tags: undefined; readonly flaw: Flaw };

/** Reads a definition in the form of the API, strictly, with names that are empty or twice as they stand there. */
export function readDefinition(text: string): Reading {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const place = first ?? { offset: 0, length: 0, error: 4 };
    return flawed("syntax", printParseErrorCode(place.error), place);
  }
  try {
    return readTags(root);
  } catch (error) {
    if (error instanceof Misshapen) return { tags: undefined, flaw: error.flaw };
    throw error;
  }
}

/** The text of tags: a description alone where there are no values, a list of values where none is described. */
export function writeDefinition(tags: readonly TagDraft[]): string {
  const json = (text: string) => JSON.stringify(text);
  const lines = tags.map(({ name, description, values }) => {
    if (values.length === 0) return `    ${json(name)}: ${json(description)}`;
    const described = values.some((value) => value.description !== "");
    const listed = described
      ? `{\n${values.map((value) => `        ${json(value.name)}: ${json(value.description)}`).join(",\n")}\n      }`
      : `[${values.map((value) => json(value.name)).join(", ")}]`;
    return `    ${json(name)}: {\n      "description": ${json(description)},\n      "values": ${listed}\n    }`;
  });
  return lines.length === 0 ? '{\n  "tags": {}\n}\n' : `{\n  "tags": {\n${lines.join(",\n")}\n  }\n}\n`;
}

/** Line and column of an offset, the first of each being 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class Misshapen extends Error {
  constructor(readonly flaw: Flaw) {
    super(flaw.detail);
  }
}

function readTags(root: Node): Reading {
  const document = membersOf(root, "", ["tags"]);
  const tags = document.get("tags");
  if (tags === undefined) throw misshapen("shape", "tags", root);
  const places: NamePlace[] = [];
  const found = pairsOf(tags, "tags").map(([key, node], tag): TagDraft => {
    places.push({ tag, value: undefined, ...placeOf(key) });
    return readTag(key.value as string, node, (value, place) => places.push({ tag, value, ...placeOf(place) }));
  });
  return { tags: found, places, flaw: undefined };
}

function readTag(name: string, node: Node, mark: (value: number, node: Node) => void): TagDraft {
  const path = `tags.${name}`;
  if (node.type === "string") return { name, description: node.value as string, values: [] };
  const parts = membersOf(node, path, ["description", "values"]);
  const description = parts.get("description");
  const values = parts.get("values");
  return {
    name,
    description: description === undefined ? "" : textOf(description, `${path}.description`),
    values: values === undefined ? [] : readValues(values, `${path}.values`, mark),
  };
}

function readValues(node: Node, path: string, mark: (value: number, node: Node) => void): ValueDraft[] {
  if (node.type === "array") {
    return (node.children ?? []).map((child, at) => {
      mark(at, child);
      return { name: textOf(child, `${path}[${at}]`), description: "" };
    });
  }
  return pairsOf(node, path).map(([key, value], at) => {
    mark(at, key);
    const name = key.value as string;
    return { name, description: textOf(value, `${path}.${name}`) };
  });
}

/** The members of an object by their keys, which are some of these and none of them twice. */
function membersOf(node: Node, path: string, allowed: readonly string[]): Map<string, Node> {
  const members = new Map<string, Node>();
  for (const [key, value] of pairsOf(node, path)) {
    const name = key.value as string;
    if (!allowed.includes(name) || members.has(name)) throw misshapen("key", name, key);
    members.set(name, value);
  }
  return members;
}

function pairsOf(node: Node, path: string): (readonly [Node, Node])[] {
  if (node.type !== "object") throw misshapen("shape", path, node);
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [[key, value] as const],
  );
}

function textOf(node: Node, path: string): string {
  if (node.type !== "string") throw misshapen("shape", path, node);
  return node.value as string;
}

function misshapen(kind: Flaw["kind"], detail: string, node: Node): Misshapen {
  return new Misshapen({ kind, detail, ...placeOf(node) });
}

function flawed(kind: Flaw["kind"], detail: string, place: Place): Reading {
  return { tags: undefined, flaw: { kind, detail, offset: place.offset, length: place.length } };
}

function placeOf({ offset, length }: Place): Place {
  return { offset, length };
}
