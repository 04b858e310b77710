import { useShortcuts } from "@/keys/shortcuts";
import { Dialog } from "@/parts/Dialog";
import { useWords } from "@/words/words";
import styles from "./Frame.module.css";

const signs: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  " ": "Space",
};

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** The keys that do something on the screen that is shown. */
export function KeysDialog({ open, onOpen }: Props) {
  const words = useWords().frame;
  const shortcuts = useShortcuts();
  return (
    <Dialog open={open} onOpen={onOpen} title={words.help}>
      <dl className={styles["keys"]}>
        {shortcuts.map(({ key, command, label }) => (
          <div key={`${command}${key}`} style={{ display: "contents" }}>
            <dt>
              {command === true && <kbd>Ctrl</kbd>}
              <kbd>{signs[key] ?? key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
