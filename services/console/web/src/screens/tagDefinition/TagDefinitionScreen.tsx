import { useQuery } from "@tanstack/react-query";
import { Tags } from "lucide-react";
import { tagDefinitionQuery } from "@/api/tagDefinitions";
import { useMay, useSession } from "@/app/session";
import { ButtonLink } from "@/parts/ButtonLink";
import { Chip } from "@/parts/Chip";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { DefinitionEditing } from "./DefinitionEditing";
import { DeleteDefinition } from "./DeleteDefinition";
import { draftOf } from "./draft";
import { ReadDefinition } from "./ReadDefinition";
import { tagDefinitionRoute } from "./route";

/** A tag definition: its editor, or what it says for who may not change it. */
export function TagDefinitionScreen() {
  const words = useWords().tagDefinitions;
  const format = useFormat();
  const { workspace } = useSession();
  const { tagDefinition: id } = tagDefinitionRoute.useParams();
  const ids = { workspace, tagDefinition: id };
  const query = useQuery(tagDefinitionQuery(ids));
  const mayEdit = useMay("ROLE_EDITOR");
  const definition = query.data;
  return (
    <Page
      title={(definition && draftOf(definition).displayName) || id}
      crumbs={[{ label: words.title, link: { to: "/tag-definitions" } }]}
      aside={definition !== undefined && <Chip>{words.revision(format.number(definition.revision))}</Chip>}
      actions={
        mayEdit &&
        definition !== undefined && (
          <>
            <ButtonLink to="/new/job" search={{ kind: "tag", definition: id }} icon={<Tags size={14} aria-hidden />}>
              {words.use}
            </ButtonLink>
            <DeleteDefinition ids={ids} />
          </>
        )
      }
    >
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && definition === undefined && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {definition !== undefined &&
        (mayEdit ? (
          <DefinitionEditing key={id} ids={ids} definition={definition} />
        ) : (
          <ReadDefinition definition={definition} />
        ))}
    </Page>
  );
}
