import { useQuery } from "@tanstack/react-query";
import { Cable, Plus } from "lucide-react";
import { type ConnectionKind, connectionKind, connectionKinds, connectionsQuery } from "@/api/connections";
import { idOf } from "@/api/names";
import { useMay, useSession } from "@/app/session";
import { useShortcut } from "@/keys/shortcuts";
import { useSearchKey } from "@/keys/useSearchKey";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { FilterBar } from "@/parts/FilterBar";
import { Page } from "@/parts/Page";
import { SearchInput } from "@/parts/SearchInput";
import { Select } from "@/parts/Select";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { ConnectionTable } from "./ConnectionTable";
import { connectionsRoute } from "./route";

/** All connections of the workspace. */
export function ConnectionsScreen() {
  const words = useWords().connections;
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_ADMIN");
  const connections = useQuery(connectionsQuery(workspace));
  const { q = "", kind } = connectionsRoute.useSearch();
  const navigate = connectionsRoute.useNavigate();
  const box = useSearchKey(words.searchKey);

  const narrow = (text: string, only: ConnectionKind | undefined) =>
    void navigate({
      search: { ...(text !== "" && { q: text }), ...(only !== undefined && { kind: only }) },
      replace: true,
    });
  const matching = connections.data?.filter(
    (one) =>
      (kind === undefined || connectionKind(one) === kind) &&
      `${idOf(one.name)}\n${one.displayName ?? ""}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <Page title={words.title} lead={words.lead} actions={mayCreate && <CreateLink />}>
      {connections.isPending && <Skeleton lines={6} />}
      {connections.isError && <ErrorState error={connections.error} onRetry={() => void connections.refetch()} />}
      {connections.data?.length === 0 && (
        <EmptyState
          icon={<Cable size={28} aria-hidden />}
          title={words.empty.title}
          actions={mayCreate && <CreateLink />}
        >
          {mayCreate ? words.empty.text : words.empty.viewer}
        </EmptyState>
      )}
      {matching !== undefined && connections.data?.length !== 0 && (
        <>
          <FilterBar>
            <SearchInput ref={box} label={words.search} value={q} onValue={(text) => narrow(text, kind)} />
            <Select<ConnectionKind | "any">
              label={words.kindFilter}
              value={kind ?? "any"}
              onValue={(only) => narrow(q, only === "any" ? undefined : only)}
              choices={[
                { value: "any", label: words.anyKind },
                ...connectionKinds.map((one) => ({ value: one, label: words.kinds[one] })),
              ]}
            />
          </FilterBar>
          {matching.length > 0 ? (
            <ConnectionTable connections={matching} />
          ) : (
            <EmptyState
              icon={<Cable size={28} aria-hidden />}
              title={words.noMatch}
              actions={<Button onClick={() => narrow("", undefined)}>{words.showAll}</Button>}
            >
              {null}
            </EmptyState>
          )}
        </>
      )}
    </Page>
  );
}

function CreateLink() {
  const words = useWords().connections;
  const navigate = connectionsRoute.useNavigate();
  useShortcut({ key: "n", label: words.create, run: () => void navigate({ to: "/new/connection" }) });
  return (
    <ButtonLink to="/new/connection" kind="primary" icon={<Plus size={14} aria-hidden />}>
      {words.create}
    </ButtonLink>
  );
}
