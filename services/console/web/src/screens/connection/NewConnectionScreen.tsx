import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import { useState } from "react";
import { type ConnectionKind, connectionKinds, createConnection } from "@/api/connections";
import { useMay, useSession } from "@/app/session";
import { EmptyState } from "@/parts/EmptyState";
import { Field } from "@/parts/Field";
import { Page } from "@/parts/Page";
import { Section } from "@/parts/Section";
import { Select } from "@/parts/Select";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { ConnectionForm } from "./ConnectionForm";
import { connectionOf, emptyDraft } from "./draft";
import { newConnectionRoute } from "./route";

/** Makes a connection. */
export function NewConnectionScreen() {
  const words = useWords();
  const { workspace } = useSession();
  const mayCreate = useMay("ROLE_ADMIN");
  const { kind = "s3" } = newConnectionRoute.useSearch();
  const navigate = newConnectionRoute.useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => emptyDraft(kind));
  const creation = useMutation({
    mutationFn: () => createConnection(workspace, draft.id, connectionOf({ ...draft, kind })),
    onSuccess: async () => {
      tell({ title: words.connections.created(draft.id) });
      await queries.invalidateQueries({ queryKey: ["connections", workspace] });
      await navigate({ to: "/connections/$connection", params: { connection: draft.id } });
    },
  });

  return (
    <Page
      title={words.connections.create}
      crumbs={[{ label: words.connections.title, link: { to: "/connections" } }]}
      width="narrow"
    >
      {mayCreate ? (
        <Section title={words.connections.settings}>
          <Field label={words.connections.form.kind}>
            <Select<ConnectionKind>
              value={kind}
              onValue={(next) => {
                creation.reset();
                void navigate({ search: { kind: next }, replace: true });
              }}
              choices={connectionKinds.map((one) => ({
                value: one,
                label: words.connections.kinds[one],
                hint: words.connections.kindHints[one],
              }))}
            />
          </Field>
          <ConnectionForm
            draft={{ ...draft, kind }}
            onDraft={setDraft}
            secretKept={false}
            isNew
            busy={creation.isPending}
            error={creation.error}
            onSubmit={() => creation.mutate()}
          />
        </Section>
      ) : (
        <EmptyState
          icon={<ShieldAlert size={28} aria-hidden />}
          title={words.frame.needsRole(words.frame.role.ROLE_ADMIN)}
        >
          {words.connections.empty.viewer}
        </EmptyState>
      )}
    </Page>
  );
}
