import { Braces, ImagePlus, Search, X } from "lucide-react";
import { lazy, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import type { VersionIds } from "@/api/names";
import type { View, ViewChange } from "@/files/view";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import { ExamplePicture } from "./ExamplePicture";
import styles from "./SearchBar.module.css";

/** CodeMirror is fetched when somebody first writes in the query language. */
const ExpressionEditor = lazy(async () => ({ default: (await import("./ExpressionEditor")).ExpressionEditor }));

/** After this long without a letter the text is searched for. */
const TYPED_MS = 350;

interface Props {
  readonly version: VersionIds;
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
  readonly onImage: (image: Blob) => void;
  /** Column of the expression that is wrong, from 1. */
  readonly wrongColumn: number | undefined;
  readonly box: RefObject<HTMLElement | null>;
}

/** One bar for everything that files can be asked for by: a text, an image, or the query language. */
export function SearchBar({ version, view, onChange, onImage, wrongColumn, box }: Props) {
  const words = useWords().data;
  const [isQuery, setQuery] = useState(view.expr !== undefined);
  const picker = useRef<HTMLInputElement>(null);
  const hasExample = view.image !== undefined || view.uri !== undefined || view.like !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: happy browsers of 2024 know no <search> to React's types
    <div role="search" className={styles["bar"]}>
      {!isQuery && <Search size={16} aria-hidden className={styles["sign"]} />}
      {!isQuery && hasExample && <ExamplePicture version={version} view={view} onChange={onChange} />}
      {isQuery ? (
        <Suspense fallback={<span className={styles["coming"]}>{words.loading}</span>}>
          <ExpressionEditor
            version={version}
            value={view.expr ?? ""}
            wrongColumn={wrongColumn}
            box={box}
            onSubmit={(expr) => onChange({ expr: expr.trim() || undefined })}
          />
        </Suspense>
      ) : (
        <TextSearch view={view} onChange={onChange} onQuery={() => setQuery(true)} onImage={onImage} box={box} />
      )}
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          const image = event.target.files?.[0];
          if (image !== undefined) onImage(image);
          event.target.value = "";
        }}
      />
      <Button
        kind="quiet"
        size="small"
        aria-label={words.pickImage}
        title={words.pickImage}
        icon={<ImagePlus size={16} aria-hidden />}
        onClick={() => picker.current?.click()}
      />
      <Button
        kind={isQuery ? "plain" : "quiet"}
        size="small"
        aria-label={words.queryLanguage}
        title={words.queryLanguage}
        aria-pressed={isQuery}
        icon={<Braces size={16} aria-hidden />}
        onClick={() => setQuery(!isQuery)}
      />
    </div>
  );
}

interface TextProps extends Pick<Props, "view" | "onChange" | "onImage" | "box"> {
  readonly onQuery: () => void;
}

/** Searches while one types; a `?` at the beginning leads to the query language, a uri of storage names an example. */
function TextSearch({ view, onChange, onQuery, onImage, box }: TextProps) {
  const words = useWords().data;
  const asked = view.q ?? "";
  const [text, setText] = useState(asked);
  const typed = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Steps of the search while one types are one step of "back".
  const isTyping = useRef(false);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => () => clearTimeout(typed.current), []);

  function ask(next: string) {
    clearTimeout(typed.current);
    if (next.trim() === asked.trim()) return;
    const wanted = next.trim() || undefined;
    const isUri = wanted !== undefined && /^(s3|oss|file):\/\/\S+$/.test(wanted);
    const example = { image: undefined, like: undefined };
    if (isUri) onChange({ ...example, q: undefined, uri: wanted });
    else if (wanted === undefined) onChange({ q: undefined, min: undefined }, { replace: isTyping.current });
    else onChange({ ...example, uri: undefined, q: wanted, min: undefined }, { replace: isTyping.current });
    isTyping.current = true;
  }

  function type(next: string) {
    if (next.startsWith("?")) {
      onQuery();
      return;
    }
    setText(next);
    clearTimeout(typed.current);
    typed.current = setTimeout(() => ask(next), TYPED_MS);
  }

  return (
    <>
      <input
        ref={box as RefObject<HTMLInputElement | null>}
        type="text"
        enterKeyHint="search"
        aria-label={words.search}
        placeholder={words.searchPlaceholder}
        maxLength={1024}
        autoComplete="off"
        spellCheck={false}
        className={styles["input"]}
        value={text}
        onChange={(event) => type(event.target.value)}
        onFocus={() => {
          isTyping.current = false;
        }}
        onBlur={() => ask(text)}
        onPaste={(event) => {
          const image = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
          if (image === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          onImage(image);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") ask(text);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {text !== "" && (
        <Button
          kind="quiet"
          size="small"
          aria-label={words.clearText}
          icon={<X size={14} aria-hidden />}
          onClick={() => {
            setText("");
            ask("");
          }}
        />
      )}
    </>
  );
}
