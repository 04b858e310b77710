import { MapPinOff } from "lucide-react";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { Page } from "@/parts/Page";
import { useWords } from "@/words/words";

/** Stands where an address leads to nothing. */
export function NotFound() {
  const words = useWords().frame;
  return (
    <Page title={words.notFound.title}>
      <EmptyState
        icon={<MapPinOff size={28} aria-hidden />}
        title={words.notFound.title}
        actions={<ButtonLink to="/datasets">{words.openDatasets}</ButtonLink>}
      >
        {words.notFound.text}
      </EmptyState>
    </Page>
  );
}
