import { useQuery } from "@tanstack/react-query";
import { Plus, Tags } from "lucide-react";
import { idOf } from "@/api/names";
import { tagDefinitionsQuery } from "@/api/tagDefinitions";
import { useMay, useSession } from "@/app/session";
import { useShortcut } from "@/keys/shortcuts";
import { useSearchKey } from "@/keys/useSearchKey";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Page } from "@/parts/Page";
import { SearchInput } from "@/parts/SearchInput";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { DefinitionTable } from "./DefinitionTable";
import { tagDefinitionsRoute } from "./route";

/** All tag definitions of the workspace. */
export function TagDefinitionsScreen() {
  const words = useWords().tagDefinitions;
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_EDITOR");
  const definitions = useQuery(tagDefinitionsQuery(workspace));
  const { q = "" } = tagDefinitionsRoute.useSearch();
  const navigate = tagDefinitionsRoute.useNavigate();
  const box = useSearchKey(words.searchKey);

  const narrow = (text: string) => void navigate({ search: text === "" ? {} : { q: text }, replace: true });
  const matching = definitions.data?.filter((one) =>
    `${idOf(one.name)}\n${one.displayName ?? ""}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <Page title={words.title} lead={words.lead} actions={mayCreate && <CreateLinks />}>
      {definitions.isPending && <Skeleton lines={6} />}
      {definitions.isError && <ErrorState error={definitions.error} onRetry={() => void definitions.refetch()} />}
      {definitions.data?.length === 0 && (
        <EmptyState icon={<Tags size={28} aria-hidden />} title={words.empty.title}>
          {mayCreate ? words.empty.text : words.empty.viewer}
        </EmptyState>
      )}
      {matching !== undefined && definitions.data?.length !== 0 && (
        <>
          <SearchInput ref={box} label={words.search} value={q} onValue={narrow} />
          {matching.length > 0 ? (
            <DefinitionTable definitions={matching} />
          ) : (
            <EmptyState
              icon={<Tags size={28} aria-hidden />}
              title={words.noMatch(q)}
              actions={<Button onClick={() => narrow("")}>{words.showAll}</Button>}
            >
              {null}
            </EmptyState>
          )}
        </>
      )}
    </Page>
  );
}

function CreateLinks() {
  const words = useWords().tagDefinitions;
  const navigate = tagDefinitionsRoute.useNavigate();
  useShortcut({ key: "n", label: words.create, run: () => void navigate({ to: "/new/tag-definition" }) });
  return (
    <>
      <ButtonLink to="/new/tag-definition" search={{ template: "driving" }}>
        {words.fromTemplate}
      </ButtonLink>
      <ButtonLink to="/new/tag-definition" kind="primary" icon={<Plus size={14} aria-hidden />}>
        {words.create}
      </ButtonLink>
    </>
  );
}
