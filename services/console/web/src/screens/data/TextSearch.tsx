import { X } from "lucide-react";
import type { View, ViewChange } from "@/files/view";
import type { Focusable } from "@/keys/useSearchKey";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import styles from "./SearchBar.module.css";
import { useTypedText } from "./useTypedText";

interface Props {
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
  readonly onQuery: () => void;
  readonly onImage: (image: Blob) => void;
  readonly box: (box: Focusable | null) => void;
}

/** Searches while one types; a `?` at the beginning leads to the query language, a uri of storage names an example. */
export function TextSearch({ view, onChange, onQuery, onImage, box }: Props) {
  const words = useWords().data;
  const example = { image: undefined, like: undefined, min: undefined };
  const typed = useTypedText(view.q ?? "", (text, goesOn) => {
    if (isUri(text)) askLike(text);
    else if (text === "") onChange({ q: undefined, min: undefined }, { replace: goesOn });
    else onChange({ ...example, uri: undefined, q: text }, { replace: goesOn });
  });

  function askLike(uri: string) {
    onChange({ ...example, q: undefined, uri });
    typed.clear();
  }

  function type(text: string) {
    if (text.startsWith("?")) onQuery();
    // Half a uri names nothing: it counts once it is whole.
    else if (scheme.test(text)) typed.hold(text);
    else typed.type(text);
  }

  return (
    <>
      <input
        ref={box}
        type="text"
        enterKeyHint="search"
        aria-label={words.search}
        placeholder={words.searchPlaceholder}
        maxLength={1024}
        autoComplete="off"
        spellCheck={false}
        className={styles["input"]}
        value={typed.text}
        onChange={({ target }) => type(target.value)}
        onFocus={typed.begin}
        onBlur={() => typed.settle(typed.text)}
        onPaste={(event) => {
          const image = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
          const text = event.clipboardData.getData("text/plain").trim();
          if (image === undefined && !(typed.text === "" && isUri(text))) return;
          event.preventDefault();
          event.stopPropagation();
          if (image === undefined) askLike(text);
          else onImage(image);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") typed.settle(typed.text);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {typed.text !== "" && (
        <Button
          kind="quiet"
          size="small"
          aria-label={words.clearText}
          icon={<X size={14} aria-hidden />}
          onClick={() => typed.take("")}
        />
      )}
    </>
  );
}

const scheme = /^\s*(s3|oss|file):\/\//;

function isUri(text: string): boolean {
  return scheme.test(text) && !/\s/.test(text);
}
