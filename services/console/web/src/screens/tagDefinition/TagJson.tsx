import { Download, Upload } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { Button } from "@/parts/Button";
import { classes } from "@/parts/classes";
import { Field } from "@/parts/Field";
import { TextArea } from "@/parts/TextArea";
import { tell, tellFailure } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./Editor.module.css";
import type { Problem } from "./problems";
import { type Place, positionOf, type Reading } from "./tags";

interface Props {
  readonly text: string;
  readonly reading: Reading;
  readonly problems: readonly Problem[];
  readonly onText: (text: string) => void;
  /** The name of the file that it is saved as. */
  readonly fileName: string;
}

const shown = 8;

/** The tags of a definition as JSON, with its mistakes and where they are. */
export function TagJson({ text, reading, problems, onText, fileName }: Props) {
  const words = useWords().tagDefinitions.json;
  const box = useRef<HTMLDivElement>(null);
  const file = useRef<HTMLInputElement>(null);

  async function read(event: ChangeEvent<HTMLInputElement>) {
    const chosen = event.currentTarget.files?.[0];
    // The same file may be chosen again.
    event.currentTarget.value = "";
    if (chosen === undefined) return;
    try {
      onText(await chosen.text());
      tell({ title: words.imported(chosen.name) });
    } catch {
      tellFailure(words.importFailed, chosen.name);
    }
  }

  function select({ offset, length }: Place) {
    const area = box.current?.querySelector("textarea");
    if (area == null) return;
    area.focus();
    area.setSelectionRange(offset, offset + length);
    // A browser does not scroll to a selection that a script makes.
    const above = positionOf(text, offset).line / positionOf(text, text.length).line;
    area.scrollTop = above * area.scrollHeight - area.clientHeight / 2;
  }

  return (
    <div ref={box} className={classes(styles["side"], styles["beside"])}>
      <div className={styles["head"]}>
        <h3>{words.title}</h3>
        <div className={styles["tools"]}>
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            hidden
            aria-hidden
            onChange={(event) => void read(event)}
          />
          <Button size="small" icon={<Upload size={12} aria-hidden />} onClick={() => file.current?.click()}>
            {words.import}
          </Button>
          <Button size="small" icon={<Download size={12} aria-hidden />} onClick={() => download(text, fileName)}>
            {words.export}
          </Button>
        </div>
      </div>
      <Field label={words.label}>
        <TextArea code rows={24} value={text} onValue={onText} />
      </Field>
      {problems.length === 0 ? (
        <p className={styles["fine"]}>{words.fine(reading.tags?.length ?? 0)}</p>
      ) : (
        <ul className={styles["problems"]} aria-live="polite">
          {problems.slice(0, shown).map(({ message, place }) => (
            <li key={`${message} ${place?.offset}`}>
              <span>
                {place !== undefined && `${at(text, place.offset, words.at)}: `}
                {message}
              </span>
              {place !== undefined && (
                <Button kind="quiet" size="small" onClick={() => select(place)}>
                  {words.show}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function at(text: string, offset: number, say: (line: number, column: number) => string): string {
  const { line, column } = positionOf(text, offset);
  return say(line, column);
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
