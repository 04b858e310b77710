import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import { tags as kinds } from "@lezer/highlight";
import { quoted } from "@/files/question";
import { fields, wantedAt } from "./completion";
import { placeOf } from "./place";

export interface ExpressionView {
  readonly focus: () => void;
  readonly setValue: (value: string) => void;
  /** Underline a column, from 1 and in characters; none takes the line away. */
  readonly setWrong: (column: number | undefined) => void;
  readonly destroy: () => void;
}

interface Options {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  readonly onSubmit: (expression: string) => void;
  readonly tagsLike: (prefix: string) => Promise<readonly string[]>;
}

/** An editor of the query language in an element's shadow root. */
export function editorIn(host: HTMLElement, options: Options): ExpressionView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const parent = root.appendChild(document.createElement("div"));
  // What is typed here is no shortcut of the page, which sees the host alone.
  const keep = (event: Event) => event.stopPropagation();
  parent.addEventListener("keydown", keep);
  const view = new EditorView({ parent, root, state: stateOf(options, parent) });
  return {
    focus: () => view.focus(),
    setValue: (value) => {
      const before = view.state.doc.toString();
      if (before !== value) view.dispatch({ changes: { from: 0, to: before.length, insert: value } });
    },
    setWrong: (column) => {
      const text = view.state.doc.toString();
      const from = column === undefined ? 0 : placeOf(text, column);
      const wrong = { from: Math.min(from, Math.max(0, text.length - 1)), severity: "error", message: "" } as const;
      const to = Math.min(
        text.length,
        wrong.from + Math.max(1, /^[^\s()=<>!:,]*/.exec(text.slice(wrong.from))?.[0].length ?? 1),
      );
      view.dispatch(setDiagnostics(view.state, column === undefined ? [] : [{ ...wrong, to }]));
    },
    destroy: () => {
      view.destroy();
      parent.remove();
    },
  };
}

function stateOf({ value, label, placeholder: hint, onSubmit, tagsLike }: Options, parent: HTMLElement): EditorState {
  const submit = (view: EditorView) => {
    onSubmit(view.state.doc.toString());
    return true;
  };
  const leave = (view: EditorView) => {
    view.contentDOM.blur();
    return true;
  };
  return EditorState.create({
    doc: value,
    extensions: [
      history(),
      drawSelection(),
      closeBrackets(),
      language,
      syntaxHighlighting(colours),
      autocompletion({ override: [(context) => completionsAt(context, tagsLike)], icons: false }),
      // An Enter that takes a completion comes before the one that asks.
      keymap.of(completionKeymap),
      Prec.low(
        keymap.of([
          { key: "Enter", run: submit },
          { key: "Escape", run: leave },
        ]),
      ),
      keymap.of([...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap.filter(({ key }) => key !== "Enter")]),
      // One line: what is pasted over several becomes one.
      EditorState.transactionFilter.of((transaction) =>
        transaction.newDoc.lines > 1
          ? [transaction, { changes: lineBreaksIn(transaction.newDoc.toString()), sequential: true }]
          : transaction,
      ),
      tooltips({ parent, position: "fixed" }),
      placeholder(hint),
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      look,
    ],
  });
}

function lineBreaksIn(text: string) {
  return [...text.matchAll(/\n/g)].map(({ index }) => ({ from: index, to: index + 1, insert: " " }));
}

async function completionsAt(
  context: CompletionContext,
  tagsLike: Options["tagsLike"],
): Promise<CompletionResult | null> {
  const wanted = wantedAt(context.state.doc.toString(), context.pos);
  if (wanted === undefined) return null;
  const { kind, from } = wanted;
  if (kind === "tag") {
    const quote = wanted.quote;
    const after = context.state.sliceDoc(context.pos, context.pos + 1);
    const to = quote !== undefined && after === quote ? context.pos + 1 : context.pos;
    const options = (await tagsLike(wanted.prefix)).map((tag) => ({ label: tag, apply: quoted(tag), type: "text" }));
    return { from, to, options, filter: false };
  }
  if (kind !== "term" && from === context.pos && !context.explicit && !/\s$/.test(context.state.sliceDoc(0, from)))
    return null;
  return { from, options: optionsOf(wanted), validFor: /^[\w./-]*$/ };
}

function optionsOf(wanted: Exclude<ReturnType<typeof wantedAt>, undefined>): Completion[] {
  if (wanted.kind === "value") return wanted.choices.map((label) => ({ label, type: "constant" }));
  if (wanted.kind === "operator") {
    return ["=", "!=", ":", "IN (", "NOT IN (", "CONTAINS", ">=", ">", "<=", "<"].map((label) => ({
      label,
      apply: andOn(`${label} `.replace("( ", "(")),
      type: "operator",
    }));
  }
  if (wanted.kind === "connective")
    return ["AND", "OR"].map((label) => ({ label, apply: andOn(`${label} `), type: "keyword" }));
  return [
    ...fields.map(({ name, kind }) => ({ label: name, detail: kind, type: "variable" })),
    ...["NOT", "HAS"].map((label) => ({ label, apply: andOn(`${label} `), type: "keyword" })),
  ];
}

/** Writes a text, and suggests what comes after it. */
function andOn(text: string): NonNullable<Completion["apply"]> {
  return (view, _, from, to) => {
    view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length } });
    startCompletion(view);
  };
}

const keywords = /^(?:AND|OR|NOT|HAS|IN|CONTAINS)\b/i;

const language = StreamLanguage.define<null>({
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:\\.|[^"\\])*"?/) || stream.match(/^'(?:\\.|[^'\\])*'?/)) return "string";
    if (stream.match(keywords)) return "keyword";
    if (stream.match(/^(?:!=|>=|<=|[=<>:])/)) return "operator";
    if (stream.match(/^\d[\w.:+-]*/)) return "number";
    if (stream.match(/^[^\s()=!<>:,"']+/)) return "variableName";
    stream.next();
    return null;
  },
});

const colours = HighlightStyle.define([
  { tag: kinds.keyword, color: "var(--accent)", fontWeight: "var(--weight-strong)" },
  { tag: kinds.string, color: "var(--good)" },
  { tag: kinds.number, color: "var(--warning)" },
  { tag: kinds.operator, color: "var(--text-quiet)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "var(--size)", color: "var(--text)", background: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.75rem", overflowX: "auto", scrollbarWidth: "none" },
  ".cm-content": { padding: "0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 2px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--text-quiet)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { background: "var(--selected) !important" },
  ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px solid var(--bad)" },
  ".cm-tooltip": {
    zIndex: "var(--layer-popup)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
    background: "var(--surface-raised)",
    boxShadow: "var(--shadow)",
  },
  ".cm-tooltip-lint": { display: "none" },
  ".cm-tooltip-autocomplete ul": { fontFamily: "var(--font-code) !important", maxHeight: "16rem !important" },
  ".cm-tooltip-autocomplete ul li": { padding: "var(--space-1) var(--space-2) !important" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    background: "var(--hover) !important",
    color: "var(--text) !important",
  },
  ".cm-completionDetail": { color: "var(--text-quiet)" },
});
