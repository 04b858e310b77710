import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "@/words/words";
import { Button } from "./Button";
import { classes } from "./classes";
import styles from "./Dialog.module.css";

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly width?: "normal" | "wide";
  readonly children: ReactNode;
  /** Buttons at its foot, the main one last. */
  readonly actions?: ReactNode;
}

/** A window over the screen, for something short; Esc closes it, and the focus returns to where it was. */
export function Dialog({ open, onOpen, title, lead, width = "normal", children, actions }: Props) {
  const words = useWords().frame;
  return (
    <Base.Root open={open} onOpenChange={onOpen}>
      <Base.Portal>
        <Base.Backdrop className={styles["veil"]} />
        <Base.Popup className={classes(styles["dialog"], styles[width])}>
          <div className={styles["head"]}>
            <Base.Title className={styles["title"]}>{title}</Base.Title>
            <Base.Close
              render={<Button kind="quiet" size="small" aria-label={words.close} icon={<X size={16} aria-hidden />} />}
            />
          </div>
          {lead !== undefined && <Base.Description className={styles["lead"]}>{lead}</Base.Description>}
          <div className={styles["body"]}>{children}</div>
          {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
