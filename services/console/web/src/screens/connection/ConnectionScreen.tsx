import { useQuery } from "@tanstack/react-query";
import { connectionKind, connectionQuery } from "@/api/connections";
import { useMay, useSession } from "@/app/session";
import { Chip } from "@/parts/Chip";
import { ErrorState } from "@/parts/ErrorState";
import { Facts } from "@/parts/Facts";
import { Page } from "@/parts/Page";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { ConnectionSettings } from "./ConnectionSettings";
import { ConnectionUse } from "./ConnectionUse";
import { DeleteConnection } from "./DeleteConnection";
import { titleOf } from "./draft";
import { connectionRoute } from "./route";
import { TrialSection } from "./TrialSection";

/** A connection: whether it works, its settings, and what lies on it. */
export function ConnectionScreen() {
  const words = useWords().connections;
  const format = useFormat();
  const { workspace } = useSession();
  const { connection: id } = connectionRoute.useParams();
  const ids = { workspace, connection: id };
  const query = useQuery(connectionQuery(ids));
  const mayEdit = useMay("ROLE_ADMIN");
  const mayTry = useMay("ROLE_EDITOR");
  const connection = query.data;
  const kind = connection && connectionKind(connection);
  return (
    <Page
      title={connection?.displayName || id}
      crumbs={[{ label: words.title, link: { to: "/connections" } }]}
      aside={kind !== undefined && <Chip>{words.kinds[kind]}</Chip>}
      lead={connection !== undefined && titleOf(connection) !== "" && <code>{id}</code>}
      width="narrow"
      actions={mayEdit && connection !== undefined && <DeleteConnection ids={ids} />}
    >
      {query.isPending && <Skeleton lines={6} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {connection !== undefined && (
        <>
          <Facts
            facts={[
              { label: words.facts.created, value: format.time(connection.createTime) },
              { label: words.facts.changed, value: format.time(connection.updateTime) },
            ]}
          />
          {mayTry && <TrialSection connection={connection} />}
          <ConnectionSettings ids={ids} connection={connection} mayEdit={mayEdit} />
          <ConnectionUse ids={ids} />
        </>
      )}
    </Page>
  );
}
