import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ConnectionIds, connectionName, connectionQuery, updateConnection } from "@/api/connections";
import { ApiError } from "@/api/errors";
import type { Connection } from "@/api/types";
import { Conflict } from "@/parts/Conflict";
import { Section } from "@/parts/Section";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { ConnectionForm } from "./ConnectionForm";
import { connectionOf, draftOf } from "./draft";

interface Props {
  readonly ids: ConnectionIds;
  readonly connection: Connection;
  readonly mayEdit: boolean;
}

/** The settings of a connection, for who may change them as a form. */
export function ConnectionSettings({ ids, connection, mayEdit }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  // What is edited is the state that was seen when the form was opened; a newer one is noticed when it is saved.
  const [seen, setSeen] = useState(connection);
  const [draft, setDraft] = useState(() => draftOf(connection));
  const change = useMutation({
    mutationFn: () =>
      updateConnection(ids, { ...connectionOf(draft), name: connectionName(ids), etag: seen.etag ?? "" }),
    onSuccess: (changed) => {
      take(changed);
      tell({ title: words.connections.saved(ids.connection) });
      queries.setQueryData(connectionQuery(ids).queryKey, changed);
      return queries.invalidateQueries({ queryKey: ["connections", ids.workspace] });
    },
  });
  const conflict = change.error instanceof ApiError && change.error.reason === "STATE_CONFLICT";
  if (!mayEdit) return null;

  function take(state: Connection) {
    setSeen(state);
    setDraft(draftOf(state));
  }

  async function takeTheirs() {
    take(await queries.fetchQuery({ ...connectionQuery(ids), staleTime: 0 }));
    change.reset();
  }

  return (
    <Section title={words.connections.settings} lead={words.connections.settingsLead}>
      {conflict && (
        <Conflict
          text={words.connections.conflict.text}
          hint={words.connections.conflict.theirsHint}
          action={words.connections.conflict.theirs}
          onAction={() => void takeTheirs()}
        />
      )}
      <ConnectionForm
        draft={draft}
        onDraft={setDraft}
        secretKept={seen.secretSet ?? false}
        etag={seen.etag}
        isNew={false}
        busy={change.isPending}
        error={conflict ? null : change.error}
        onSubmit={() => change.mutate()}
      />
    </Section>
  );
}
