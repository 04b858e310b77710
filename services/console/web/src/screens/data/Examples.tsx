import { Braces, Lightbulb, Search, Tag, X } from "lucide-react";
import type { ReactNode } from "react";
import { idOf, type VersionIds, versionName } from "@/api/names";
import type { Hit } from "@/api/types";
import { useMay } from "@/app/session";
import { Thumbnail } from "@/files/Thumbnail";
import type { View, ViewChange } from "@/files/view";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { useWords } from "@/words/words";
import { useFacets, useHistograms } from "./counts";
import styles from "./Examples.module.css";
import { type Example, examplesOf } from "./exampleSearches";
import { showExamples, useExamplesShown } from "./examplesShown";

interface Props {
  readonly version: VersionIds;
  /** It asks for nothing: the filters have fetched what is known of the version already. */
  readonly view: View;
  /** The first files of the version. */
  readonly hits: readonly Hit[];
  readonly onChange: (change: ViewChange) => void;
}

/** Searches to try, made of what the version has; where it has neither tags nor an index, what gives it them. */
export function Examples({ version, view, hits, onChange }: Props) {
  const words = useWords().data.examples;
  const isShown = useExamplesShown();
  if (!isShown) {
    return (
      <Button kind="quiet" size="small" icon={<Lightbulb size={14} aria-hidden />} onClick={() => showExamples(true)}>
        {words.show}
      </Button>
    );
  }
  return <Row version={version} view={view} hits={hits} onChange={onChange} />;
}

function Row({ version, view, hits, onChange }: Props) {
  const words = useWords().data.examples;
  const facets = useFacets(version, view);
  const histograms = useHistograms(version, view);
  const tags = facets.of("FIELD_TAGS")?.counts ?? [];
  const isIndexed = hits.some(({ file }) => file?.indexTime !== undefined);
  if (facets.isPending || histograms.isPending || facets.error !== null || histograms.error !== null) return null;
  const directories = facets.of("FIELD_DIRECTORY")?.counts ?? [];
  const examples = examplesOf({ tags, directories, sizes: histograms.of("FIELD_SIZE"), hits });
  return (
    <section aria-label={words.title} className={styles["row"]}>
      {examples.length > 0 && <span className={styles["title"]}>{words.lead}</span>}
      {examples.map((example) => (
        <Button
          key={example.kind}
          size="small"
          title={words.hints[example.kind]}
          icon={<Sign example={example} version={version} />}
          onClick={() => onChange(example.change)}
        >
          <span className={styles["text"]}>
            <Label example={example} />
          </span>
        </Button>
      ))}
      {examples.length === 0 && <span className={styles["title"]}>{words.nothing}</span>}
      <NextSteps dataset={version.dataset} hasTags={tags.length > 0} isIndexed={isIndexed} />
      <Button
        kind="quiet"
        size="small"
        aria-label={words.hide}
        title={words.hide}
        icon={<X size={14} aria-hidden />}
        onClick={() => showExamples(false)}
      />
    </section>
  );
}

interface StepsProps {
  readonly dataset: string;
  readonly hasTags: boolean;
  readonly isIndexed: boolean;
}

/** What more searches need, for who may give it. */
function NextSteps({ dataset, hasTags, isIndexed }: StepsProps) {
  const words = useWords().data.examples;
  const mayEdit = useMay("ROLE_EDITOR");
  if (!mayEdit) return null;
  return (
    <>
      {!hasTags && (
        <ButtonLink to="/new/job" search={{ kind: "tag", dataset }} size="small">
          {words.startTagging}
        </ButtonLink>
      )}
      {!isIndexed && (
        <ButtonLink to="/datasets/$dataset" params={{ dataset }} size="small">
          {words.configureIndex}
        </ButtonLink>
      )}
    </>
  );
}

interface SignProps {
  readonly example: Example;
  readonly version: VersionIds;
}

function Sign({ example: { kind, change }, version }: SignProps): ReactNode {
  if (kind === "text") return <Search size={14} aria-hidden />;
  if (kind === "tags") return <Tag size={14} aria-hidden />;
  if (kind === "expression") return <Braces size={14} aria-hidden />;
  return (
    <span className={styles["picture"]}>
      <Thumbnail file={`${versionName(version)}/files/${idOf(change.like)}`} widthPx={24} />
    </span>
  );
}

function Label({ example: { kind, change } }: { readonly example: Example }): ReactNode {
  const words = useWords().data;
  if (kind === "text") return words.chip.text(change.q ?? "");
  if (kind === "expression") return <code>{change.expr}</code>;
  if (kind === "similar") return words.likeThis;
  const tags = [...(change.all ?? []).map(words.chip.all), ...(change.none ?? []).map(words.chip.none)];
  return tags.join(", ");
}
