import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactNode, useState } from "react";
import { useWords } from "@/words/words";
import { Button } from "./Button";
import styles from "./Dialog.module.css";
import { ErrorNote } from "./ErrorNote";
import { Field } from "./Field";
import { TextInput } from "./TextInput";

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
  /** What the button that does it says. */
  readonly action: string;
  /** What has to be typed first, for what cannot be taken back, and what asks for it. */
  readonly typed?: { readonly text: string; readonly label: string };
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirmation({ open, onOpen, title, children, action, typed, busy, error, onConfirm }: Props) {
  const words = useWords().frame;
  const [text, setText] = useState("");
  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        setText("");
        onOpen(next);
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles["veil"]} />
        <AlertDialog.Popup className={styles["dialog"]}>
          <AlertDialog.Title className={styles["title"]}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles["lead"]} render={<div />}>
            {children}
          </AlertDialog.Description>
          {typed !== undefined && (
            <div className={styles["body"]}>
              <Field label={typed.label}>
                <TextInput code value={text} onValue={setText} />
              </Field>
            </div>
          )}
          {error !== null && <ErrorNote error={error} />}
          <div className={styles["actions"]}>
            <AlertDialog.Close render={<Button />}>{words.cancel}</AlertDialog.Close>
            <Button
              kind="danger"
              busy={busy}
              disabled={typed !== undefined && text.trim() !== typed.text}
              onClick={onConfirm}
            >
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
