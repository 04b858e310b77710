import { useMutation } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { type ComponentProps, type ReactNode, useState } from "react";
import { Button } from "./Button";
import { Confirmation } from "./Confirmation";

interface Props extends Pick<ComponentProps<typeof Confirmation>, "title" | "action" | "typed"> {
  /** What the button says that asks. */
  readonly label: string;
  readonly kind?: ComponentProps<typeof Button>["kind"];
  /** What is lost. */
  readonly children: ReactNode;
  readonly run: () => Promise<void>;
  readonly onDone: () => Promise<void>;
  /** What to say of a failure instead of its own message; undefined for one that says it itself. */
  readonly explain?: (error: Error) => ReactNode;
}

/** A button that deletes something after a question. */
export function Deletion({ label, kind, children, run, onDone, explain, ...asked }: Props) {
  const [open, setOpen] = useState(false);
  const deletion = useMutation({ mutationFn: run, onSuccess: onDone });
  const explained = deletion.error === null ? undefined : explain?.(deletion.error);
  return (
    <>
      <Button {...(kind && { kind })} icon={<Trash2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Confirmation
        open={open}
        onOpen={(next) => {
          deletion.reset();
          setOpen(next);
        }}
        busy={deletion.isPending}
        error={explained === undefined ? deletion.error : null}
        onConfirm={() => deletion.mutate()}
        {...asked}
      >
        {children}
        {explained}
      </Confirmation>
    </>
  );
}
