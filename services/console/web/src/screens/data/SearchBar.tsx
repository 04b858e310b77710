import { Braces, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { VersionIds } from "@/api/names";
import type { View, ViewChange } from "@/files/view";
import type { Focusable } from "@/keys/useSearchKey";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import { ExamplePicture } from "./ExamplePicture";
import { PictureMenu } from "./PictureMenu";
import styles from "./SearchBar.module.css";
import { TextSearch } from "./TextSearch";

/** CodeMirror is fetched when somebody first writes in the query language. */
const ExpressionEditor = lazy(async () => ({ default: (await import("./ExpressionEditor")).ExpressionEditor }));

interface Props {
  readonly version: VersionIds;
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
  readonly onImage: (image: Blob) => void;
  /** Column of the expression that is wrong, from 1. */
  readonly wrongColumn: number | undefined;
  readonly box: (box: Focusable | null) => void;
}

/** One bar for everything that files can be asked for by: a text, an image, or the query language. */
export function SearchBar({ version, view, onChange, onImage, wrongColumn, box }: Props) {
  const words = useWords().data;
  const { bar, isQuery, isTurned, turn } = useQueryMode(view.expr);
  const hasExample = view.image !== undefined || view.uri !== undefined || view.like !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: happy browsers of 2024 know no <search> to React's types
    <div ref={bar} role="search" className={styles["bar"]}>
      {!isQuery && <Search size={16} aria-hidden className={styles["sign"]} />}
      {!isQuery && hasExample && <ExamplePicture version={version} view={view} onChange={onChange} />}
      {isQuery ? (
        <Suspense fallback={<span className={styles["coming"]}>{words.loading}</span>}>
          <ExpressionEditor
            version={version}
            value={view.expr ?? ""}
            wrongColumn={wrongColumn}
            box={box}
            isWanted={isTurned}
            onSubmit={(expr) => onChange({ expr: expr.trim() || undefined })}
          />
        </Suspense>
      ) : (
        <TextSearch view={view} onChange={onChange} onQuery={() => turn(true)} onImage={onImage} box={box} />
      )}
      <PictureMenu
        version={version}
        onImage={onImage}
        onUri={(uri) => onChange({ uri, q: undefined, image: undefined, like: undefined, min: undefined })}
      />
      <Button
        kind={isQuery ? "plain" : "quiet"}
        size="small"
        aria-label={words.queryLanguage}
        title={words.queryLanguage}
        aria-pressed={isQuery}
        icon={<Braces size={16} aria-hidden />}
        onClick={() => turn(!isQuery)}
      />
    </div>
  );
}

/** Whether the bar takes the query language: where the view has an expression, until somebody turns it. */
function useQueryMode(expr: string | undefined) {
  const bar = useRef<HTMLDivElement>(null);
  const [isQuery, setQuery] = useState(expr !== undefined);
  const [isTurned, setTurned] = useState(false);
  useEffect(() => {
    // Who has just emptied the editor goes on in it.
    if (expr === undefined && bar.current?.contains(document.activeElement)) return;
    setQuery(expr !== undefined);
  }, [expr]);
  const turn = (next: boolean) => {
    setQuery(next);
    setTurned(true);
  };
  return { bar, isQuery, isTurned, turn };
}
