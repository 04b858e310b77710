import { Toast } from "@base-ui/react/toast";

export const toasts = Toast.createToastManager();

interface Note {
  readonly title: string;
  readonly text?: string;
  /** One thing to do about it, like taking it back. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Tell that something was done. */
export function tell({ title, text, action }: Note): void {
  const id = toasts.add({
    title,
    description: text,
    // What can still be taken back stays longer.
    timeout: action === undefined ? 5_000 : 15_000,
    actionProps: action && {
      children: action.label,
      onClick: () => {
        toasts.close(id);
        action.run();
      },
    },
  });
}

/** Tell that something failed which has no place on the screen of its own. */
export function tellFailure(title: string, text: string): void {
  toasts.add({ title, description: text, type: "failure", priority: "high", timeout: 15_000 });
}
