/** The fields of the query language, as docs/query-language.md lists them, in our spelling. */
export const fields: readonly { readonly name: string; readonly kind: "condition" | "tags" | "directive" }[] = [
  ...["tags.all", "tags.ai", "tags.user", "tags.rejected"].map((name) => ({ name, kind: "tags" as const })),
  ...[
    "file_name",
    "directory",
    "file_type",
    "content_type",
    "file_id",
    "size_bytes",
    "width",
    "height",
    "modify_time",
    "create_time",
    "sync_time",
    "tag_time",
    "index_time",
    "index_job",
    "comment",
    "split",
    "meta.",
  ].map((name) => ({ name, kind: "condition" as const })),
  ...["content", "top_k", "score_threshold", "status", "sort_by", "order", "query_type"].map((name) => ({
    name,
    kind: "directive" as const,
  })),
];

const tagFields = new Set(["tags", "tags.all", "tags.ai", "tags.user", "tags.rejected", "tags.user-delete-ai-tags"]);
const values: Readonly<Record<string, readonly string[]>> = {
  status: ["ACTIVE", "DELETED"],
  sort_by: ["Relevance", "FileName", "DataSize", "FileUpdateTime", "FileCreateTime", "TagUpdateTime"],
  order: ["ASC", "DESC"],
  query_type: ["MIX", "TAG", "VECTOR"],
  file_type: ["image"],
  content_type: ["image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp"],
};

/** What may be written at a place of an expression. */
export type Wanted =
  | { readonly kind: "term"; readonly from: number }
  | { readonly kind: "operator"; readonly from: number }
  | { readonly kind: "connective"; readonly from: number }
  | { readonly kind: "tag"; readonly from: number; readonly prefix: string; readonly quote: string | undefined }
  | { readonly kind: "value"; readonly from: number; readonly choices: readonly string[] };

const token = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[()]|,|!=|>=|<=|[=<>:]|[^\s()=!<>:,"']+/g;

interface Token {
  readonly text: string;
  readonly from: number;
}

/** What a person is about to write where the caret is; undefined where nothing can be suggested. */
export function wantedAt(expression: string, caret: number): Wanted | undefined {
  const tokens = [...expression.slice(0, caret).matchAll(token)].map((found) => ({
    text: found[0],
    from: found.index,
  }));
  const last = tokens.at(-1);
  const isOpen = last !== undefined && last.from + last.text.length === caret && isBegun(last.text);
  const before = isOpen ? tokens.slice(0, -1) : tokens;
  const word = isOpen ? last : { text: "", from: caret };
  const field = fieldBefore(before);
  if (field !== undefined) return valueFor(field, word);
  const previous = before.at(-1)?.text.toUpperCase();
  if (previous === undefined || ["(", "AND", "OR", "NOT"].includes(previous)) return { kind: "term", from: word.from };
  if (previous === "HAS") return { kind: "term", from: word.from };
  if (before.at(-2)?.text.toUpperCase() === "HAS") return { kind: "connective", from: word.from };
  return isName(before) ? { kind: "operator", from: word.from } : { kind: "connective", from: word.from };
}

/** A word, or a text whose quote is still open. */
function isBegun(text: string): boolean {
  const quote = text[0];
  if (quote === '"' || quote === "'") return text.length === 1 || !text.endsWith(quote);
  return !/^[()=!<>:,]/.test(text);
}

const operators = new Set(["=", "!=", ">", ">=", "<", "<=", ":", "CONTAINS"]);

/** The field whose value comes next; undefined if no value does. */
function fieldBefore(before: readonly Token[]): string | undefined {
  const texts = before.map(({ text }) => text);
  const previous = texts.at(-1)?.toUpperCase();
  if (previous !== undefined && operators.has(previous)) return texts.at(-2)?.toLowerCase();
  if (previous !== "(" && previous !== ",") return undefined;
  const open = texts.lastIndexOf("(");
  if (texts.slice(open + 1).includes(")") || texts[open - 1]?.toUpperCase() !== "IN") return undefined;
  const isNot = texts[open - 2]?.toUpperCase() === "NOT";
  return texts[open - (isNot ? 3 : 2)]?.toLowerCase();
}

function valueFor(field: string, word: Token): Wanted | undefined {
  if (tagFields.has(field)) {
    const quote = /^["']/.exec(word.text)?.[0];
    return { kind: "tag", from: word.from, prefix: word.text.slice(quote === undefined ? 0 : 1), quote };
  }
  const choices = values[field];
  return choices === undefined ? undefined : { kind: "value", from: word.from, choices };
}

/** Whether the words end in a name that waits for its operator. */
function isName(before: readonly Token[]): boolean {
  const beforeIt = before.at(-2)?.text.toUpperCase();
  const last = before.at(-1)?.text ?? "";
  return !/^[)"']/.test(last) && (beforeIt === undefined || ["(", "AND", "OR", "NOT"].includes(beforeIt));
}
