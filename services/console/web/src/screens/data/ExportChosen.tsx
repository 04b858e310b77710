import { Download } from "lucide-react";
import { useState } from "react";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import { ExportDialog } from "./ExportDialog";
import { type Choice, useChosen } from "./selection";

/** Exports what is chosen, by button and key; with nothing chosen, the key is about all that match. */
export function ExportChosen(choice: Choice) {
  const words = useWords().data;
  const [open, setOpen] = useState(false);
  const { count, question, take } = useChosen(choice);
  const start = () => setOpen(take());
  useShortcut({ key: "e", label: words.keys.export, run: start });
  return (
    <>
      <Button size="small" icon={<Download size={14} aria-hidden />} onClick={start}>
        {words.export.open}
      </Button>
      <ExportDialog version={choice.version} question={question} count={count} open={open} onOpen={setOpen} />
    </>
  );
}
