import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useRef } from "react";
import { useWords } from "@/words/words";
import button from "./Button.module.css";
import { classes } from "./classes";
import styles from "./Toasts.module.css";
import { toasts } from "./toast";
import { useHeightAs } from "./useHeightAs";

/** Where `tell` shows its notes; it stands once on the page. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={4}>
      <Toast.Portal>
        <Notes />
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Notes() {
  const notes = useRef<HTMLDivElement>(null);
  useHeightAs("--toasts", notes);
  return (
    <Toast.Viewport ref={notes} className={styles["viewport"]}>
      <Shown />
    </Toast.Viewport>
  );
}

function Shown() {
  const words = useWords().frame;
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={classes(styles["toast"], toast.type === "failure" && styles["failure"])}
    >
      <Toast.Content className={styles["content"]}>
        <div className={styles["texts"]}>
          <Toast.Title className={styles["title"]} />
          <Toast.Description className={styles["text"]} />
        </div>
        <Toast.Action className={classes(button["button"], button["plain"], button["small"])} />
        <Toast.Close
          className={classes(button["button"], button["quiet"], button["small"], button["bare"])}
          aria-label={words.close}
        >
          <X size={14} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
