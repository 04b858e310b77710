import { CheckCheck, Download, Tag, X } from "lucide-react";
import { useState } from "react";
import type { VersionIds } from "@/api/names";
import type { Question } from "@/api/search";
import { useMay } from "@/app/session";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { tell } from "@/parts/toast";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";
import { ExportDialog } from "./ExportDialog";
import { LabelDialog } from "./LabelDialog";
import { nothing, questionOfSelection, sizeOf, useSelection } from "./selection";

interface Props {
  readonly version: VersionIds;
  readonly question: Question;
  /** How many match; 0 until that is known. */
  readonly total: number;
}

/** What is chosen, at the foot of the screen, and what can be done with it. */
export function SelectionBar({ version, question, total }: Props) {
  const words = useWords().data;
  const frame = useWords().frame;
  const format = useFormat();
  const [selection, choose] = useSelection(question);
  const [dialog, setDialog] = useState<"label" | "export">();
  const mayEdit = useMay("ROLE_EDITOR");
  const count = sizeOf(selection);
  const chosen = questionOfSelection(selection, question);

  /** With nothing chosen, the keys are about all that match. */
  function openFor(wanted: "label" | "export") {
    if (!mayEdit) {
      tell({ title: frame.needsRole(frame.role.ROLE_EDITOR) });
      return;
    }
    if (count === 0 && total > 0) choose({ kind: "all", question, total });
    if (count > 0 || total > 0) setDialog(wanted);
  }

  useShortcut({ key: "t", label: words.keys.label, run: () => openFor("label") });
  useShortcut({ key: "e", label: words.keys.export, run: () => openFor("export") });
  useShortcut({ key: "Escape", label: words.keys.clear, run: () => choose(nothing) });

  const onOpen = (open: boolean) => setDialog(open ? dialog : undefined);
  const files = selection.kind === "some" ? [...selection.files] : chosen;
  return (
    <>
      {count > 0 && (
        <section aria-label={words.selection} className={styles["selection"]}>
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
          <Button size="small" icon={<Tag size={14} aria-hidden />} onClick={() => openFor("label")}>
            {words.label.open}
          </Button>
          <Button size="small" icon={<Download size={14} aria-hidden />} onClick={() => openFor("export")}>
            {words.export.open}
          </Button>
          <Button kind="quiet" size="small" icon={<X size={14} aria-hidden />} onClick={() => choose(nothing)}>
            {words.clearSelection}
          </Button>
        </section>
      )}
      <LabelDialog version={version} files={files} count={count} open={dialog === "label"} onOpen={onOpen} />
      <ExportDialog version={version} question={chosen} count={count} open={dialog === "export"} onOpen={onOpen} />
    </>
  );
}
