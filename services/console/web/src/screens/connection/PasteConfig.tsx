import { ClipboardPaste } from "lucide-react";
import { useState } from "react";
import type { ConnectionKind } from "@/api/connections";
import { Button } from "@/parts/Button";
import { Dialog } from "@/parts/Dialog";
import { Field } from "@/parts/Field";
import { TextArea } from "@/parts/TextArea";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import type { ConnectionDraft } from "./draft";
import { readPasted } from "./pastedConfig";

interface Props {
  readonly kind: ConnectionKind;
  readonly onFilled: (filled: Partial<ConnectionDraft>) => void;
}

/** Fills the form from a config as another tool writes it. */
export function PasteConfig({ kind, onFilled }: Props) {
  const words = useWords().connections.paste;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();

  function show(next: boolean) {
    // A secret may stand in it.
    setText("");
    setProblem(undefined);
    setOpen(next);
  }

  function fill() {
    try {
      const { filled, unread } = readPasted(text, kind);
      const count = Object.keys(filled).length;
      if (count === 0) {
        setProblem(words.nothing);
        return;
      }
      onFilled(filled);
      tell({ title: words.filled(count), ...(unread.length > 0 && { text: words.unread(unread.join(", ")) }) });
      show(false);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      setProblem(words.notJson(error.message));
    }
  }

  return (
    <>
      <Button icon={<ClipboardPaste size={14} aria-hidden />} onClick={() => show(true)}>
        {words.open}
      </Button>
      <Dialog
        open={open}
        onOpen={show}
        title={words.title}
        lead={words.lead}
        width="wide"
        actions={
          <Button kind="primary" onClick={fill}>
            {words.submit}
          </Button>
        }
      >
        <Field label={words.field} error={problem}>
          <TextArea code rows={10} value={text} onValue={setText} />
        </Field>
      </Dialog>
    </>
  );
}
