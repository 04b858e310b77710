import { CircleAlert } from "lucide-react";
import { useWords } from "@/words/words";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";
import { FailureText } from "./FailureText";

interface Props {
  readonly error: Error;
  readonly onRetry?: () => void;
}

/** Stands where something should be that could not be had. */
export function ErrorState({ error, onRetry }: Props) {
  const words = useWords();
  return (
    <div role="alert">
      <EmptyState
        icon={<CircleAlert size={28} aria-hidden />}
        title={words.frame.failure.title}
        actions={onRetry !== undefined && <Button onClick={onRetry}>{words.frame.retry}</Button>}
      >
        <FailureText error={error} />
      </EmptyState>
    </div>
  );
}
