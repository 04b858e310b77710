import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { connectionsQuery, speaks } from "@/api/connections";
import { idOf } from "@/api/names";
import { tagDefinitionsQuery } from "@/api/tagDefinitions";
import { useSession } from "@/app/session";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { FormRow } from "@/parts/Form";
import { Select } from "@/parts/Select";
import { useWords } from "@/words/words";
import type { FieldsProps } from "./fields";

/** With which model a tagging job asks, and for which tags. */
export function TagFields({ draft, change, problems }: FieldsProps) {
  const { form } = useWords().jobs;
  const { workspace } = useSession();
  const connections = useQuery(connectionsQuery(workspace));
  const definitions = useQuery(tagDefinitionsQuery(workspace));
  const services = (connections.data ?? []).filter((one) => speaks(one, "PROTOCOL_OPENAI_CHAT"));
  const models = services.find(({ name }) => idOf(name) === draft.connection)?.modelService?.models ?? [];
  return (
    <>
      <FormRow>
        <Field
          label={form.connection}
          error={problems.connection}
          help={
            connections.isSuccess && services.length === 0 ? (
              <>
                {form.noConnection}{" "}
                <Link to="/new/connection" search={{ kind: "modelService" }}>
                  {form.newConnection}
                </Link>
              </>
            ) : (
              form.connectionHelp
            )
          }
        >
          <Select<string>
            value={draft.connection || null}
            placeholder={form.choose}
            onValue={(connection) => change({ connection, model: "" })}
            choices={services.map((one) => ({
              value: idOf(one.name),
              label: one.displayName || idOf(one.name),
              hint: one.modelService?.baseUrl,
            }))}
          />
        </Field>
        <Field label={form.model} error={problems.model}>
          <Select<string>
            value={draft.model || (models[0]?.model ?? null)}
            disabled={models.length === 0}
            onValue={(model) => change({ model })}
            choices={models.map(({ model = "" }) => ({ value: model, label: model }))}
          />
        </Field>
      </FormRow>
      <Field
        label={form.definition}
        error={problems.definition}
        help={
          definitions.data?.length === 0 ? (
            <>
              {form.noDefinition} <Link to="/new/tag-definition">{form.newConnection}</Link>
            </>
          ) : undefined
        }
      >
        <Select<string>
          value={draft.definition || null}
          placeholder={form.choose}
          onValue={(definition) => change({ definition })}
          choices={(definitions.data ?? []).map((one) => ({
            value: idOf(one.name),
            label: one.displayName || idOf(one.name),
          }))}
        />
      </Field>
      {connections.isError && <ErrorNote error={connections.error} />}
      {definitions.isError && <ErrorNote error={definitions.error} />}
    </>
  );
}
