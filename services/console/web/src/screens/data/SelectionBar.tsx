import { CheckCheck, X } from "lucide-react";
import { useRef } from "react";
import { useMay } from "@/app/session";
import { useMayEditTags } from "@/files/useMayEditTags";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { useHeightAs } from "@/parts/useHeightAs";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";
import { ExportChosen } from "./ExportChosen";
import { LabelChosen } from "./LabelChosen";
import { type Choice, nothing, sizeOf, useSelection } from "./selection";

/** What is chosen, at the foot of the screen, and what can be done with it. */
export function SelectionBar(choice: Choice) {
  const { version, question, total } = choice;
  const words = useWords().data;
  const format = useFormat();
  const [selection, choose] = useSelection(question);
  const bar = useRef<HTMLElement>(null);
  const mayLabel = useMayEditTags(version);
  const mayExport = useMay("ROLE_EDITOR");
  const count = sizeOf(selection);
  useHeightAs("--foot", bar, count > 0);
  useShortcut({ key: "Escape", label: words.keys.clear, run: () => choose(nothing) });

  return (
    <section ref={bar} aria-label={words.selection} className={styles["selection"]} hidden={count === 0}>
      <strong role="status">{words.chosen(format.number(count), selection.kind === "all")}</strong>
      {selection.kind === "some" && total > 0 && (
        <Button
          size="small"
          icon={<CheckCheck size={14} aria-hidden />}
          onClick={() => choose({ kind: "all", question, total })}
        >
          {words.chooseAll(format.number(total))}
        </Button>
      )}
      {mayLabel && <LabelChosen {...choice} />}
      {mayExport && <ExportChosen {...choice} />}
      <Button kind="quiet" size="small" icon={<X size={14} aria-hidden />} onClick={() => choose(nothing)}>
        {words.clearSelection}
      </Button>
    </section>
  );
}
