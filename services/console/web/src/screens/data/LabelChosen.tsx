import { Tag } from "lucide-react";
import { useState } from "react";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import { LabelDialog } from "./LabelDialog";
import { type Choice, useChosen } from "./selection";

/** Labels what is chosen, by button and key; with nothing chosen, the key is about all that match. */
export function LabelChosen(choice: Choice) {
  const words = useWords().data;
  const [open, setOpen] = useState(false);
  const { count, files, take } = useChosen(choice);
  const label = () => setOpen(take());
  useShortcut({ key: "t", label: words.keys.label, run: label });
  return (
    <>
      <Button size="small" icon={<Tag size={14} aria-hidden />} onClick={label}>
        {words.label.open}
      </Button>
      <LabelDialog version={choice.version} files={files} count={count} open={open} onOpen={setOpen} />
    </>
  );
}
