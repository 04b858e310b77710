import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { datasetsQuery, versionsQuery } from "@/api/datasets";
import { ApiError } from "@/api/errors";
import { idOf } from "@/api/names";
import { useSession } from "@/app/session";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { Form, FormActions, FormRow } from "@/parts/Form";
import { Select } from "@/parts/Select";
import { useWords } from "@/words/words";
import { type JobDraft, type NewJobKind, newJobKinds, problemsIn, problemsOf } from "./draft";
import { ExportFields } from "./ExportFields";
import { IndexFields } from "./IndexFields";
import { TagFields } from "./TagFields";
import { WorkFields } from "./WorkFields";

interface Props {
  readonly draft: JobDraft;
  readonly change: (changed: Partial<JobDraft>) => void;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onSubmit: () => void;
}

/** The settings of a new job. */
export function JobForm({ draft, change, busy, error, onSubmit }: Props) {
  const { form, kinds, wrong } = useWords().jobs;
  const { workspace } = useSession();
  const datasets = useQuery(datasetsQuery(workspace));
  const versions = useQuery({
    ...versionsQuery({ workspace, dataset: draft.dataset }),
    enabled: draft.dataset !== "",
  });
  const [checked, setChecked] = useState(false);
  const own = problemsOf(draft, wrong);
  const told = error instanceof ApiError ? problemsIn(error) : {};
  const problems = checked ? { ...told, ...own } : told;
  const fields = { draft, change, problems };

  function submit(): boolean {
    setChecked(true);
    if (Object.keys(own).length > 0) return false;
    onSubmit();
    return true;
  }

  return (
    <Form label={form.title} onSubmit={submit}>
      <Field label={form.kind}>
        <Select<NewJobKind>
          value={draft.kind}
          onValue={(kind) => change({ kind })}
          choices={newJobKinds.map((value) => ({ value, label: kinds[value], hint: form.kindHints[value] }))}
        />
      </Field>
      <FormRow>
        <Field label={form.dataset} error={problems.dataset}>
          <Select<string>
            value={draft.dataset || null}
            placeholder={form.choose}
            onValue={(dataset) => change({ dataset, version: "latest" })}
            choices={(datasets.data ?? []).map((one) => ({
              value: idOf(one.name),
              label: one.displayName || idOf(one.name),
              hint: one.rootUri,
            }))}
          />
        </Field>
        <Field label={form.version} error={problems.version}>
          <Select<string>
            value={draft.version}
            disabled={draft.dataset === ""}
            onValue={(version) => change({ version })}
            choices={[
              { value: "latest", label: form.latest },
              ...(versions.data ?? []).map(({ name }) => ({ value: idOf(name), label: idOf(name) })),
            ]}
          />
        </Field>
      </FormRow>
      {datasets.isError && <ErrorNote error={datasets.error} />}
      {draft.kind === "tag" && <TagFields {...fields} />}
      {draft.kind === "index" && <IndexFields {...fields} />}
      {(draft.kind === "tag" || draft.kind === "index") && <WorkFields {...fields} />}
      {draft.kind === "export" && <ExportFields {...fields} />}
      {error !== null && Object.keys(told).length === 0 && <ErrorNote error={error} />}
      <FormActions>
        <Button type="submit" kind="primary" busy={busy}>
          {form.submit}
        </Button>
      </FormActions>
    </Form>
  );
}
