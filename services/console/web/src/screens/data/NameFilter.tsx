import type { View, ViewChange } from "@/files/view";
import { SearchInput } from "@/parts/SearchInput";
import { useWords } from "@/words/words";
import { useTypedText } from "./useTypedText";

interface Props {
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
}

/** A part of the file's name, asked for while one types. */
export function NameFilter({ view, onChange }: Props) {
  const words = useWords().data;
  const typed = useTypedText(view.name ?? "", (name, goesOn) =>
    onChange({ name: name || undefined }, { replace: goesOn }),
  );
  return (
    <SearchInput
      label={words.nameHas}
      value={typed.text}
      maxLength={MOST_CHARACTERS}
      onValue={typed.type}
      onFocus={typed.begin}
      onSettle={typed.settle}
    />
  );
}

/** Longer than any name of an object. */
const MOST_CHARACTERS = 1024;
