import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { useWords } from "@/words/words";

/** Stands where a screen could not be drawn. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const words = useWords().frame;
  const router = useRouter();
  return (
    <Page title={words.failure.title}>
      <ErrorState
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}
