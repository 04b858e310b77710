import { CircleCheck, CircleHelp, CircleX } from "lucide-react";
import type { Trial } from "@/api/connections";
import { useWords } from "@/words/words";
import { Chip } from "./Chip";
import { failureText } from "./failure";
import { Tooltip } from "./Tooltip";

interface Props {
  readonly trial: Trial | undefined;
  /** Why the last trial could not be made. */
  readonly error: Error | null;
  /** The state of the connection now; a trial of another one says little. */
  readonly etag: string | undefined;
}

/** Whether a connection worked when it was last tried, in a word; its message on hover and focus. */
export function TrialState({ trial, error, etag }: Props) {
  const words = useWords();
  const { works, fails, untried, outdated } = words.connections.trial;
  if (error !== null) return explained(failureText(error, words), <Bad>{fails}</Bad>);
  if (trial === undefined) return <Unknown>{untried}</Unknown>;
  if (trial.etag !== etag) return explained(trial.message, <Unknown>{outdated}</Unknown>);
  if (!trial.works) return explained(trial.message, <Bad>{fails}</Bad>);
  return explained(
    trial.message,
    <Chip kind="good" icon={<CircleCheck size={12} aria-hidden />}>
      {works}
    </Chip>,
  );
}

function Bad({ children }: { readonly children: string }) {
  return (
    <Chip kind="bad" icon={<CircleX size={12} aria-hidden />}>
      {children}
    </Chip>
  );
}

function Unknown({ children }: { readonly children: string }) {
  return <Chip icon={<CircleHelp size={12} aria-hidden />}>{children}</Chip>;
}

function explained(text: string, chip: React.ReactElement) {
  return (
    <Tooltip text={text}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its explanation has to be reached by the keyboard */}
      <span tabIndex={0}>{chip}</span>
    </Tooltip>
  );
}
