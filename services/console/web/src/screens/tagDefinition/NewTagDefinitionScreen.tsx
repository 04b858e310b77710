import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { useContext, useState } from "react";
import { ApiError } from "@/api/errors";
import { createTagDefinition } from "@/api/tagDefinitions";
import { useMay, useSession } from "@/app/session";
import { Button } from "@/parts/Button";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { Form, FormActions } from "@/parts/Form";
import { Page } from "@/parts/Page";
import { TextInput } from "@/parts/TextInput";
import { tell } from "@/parts/toast";
import type { Language } from "@/words/language";
import { SpeechContext, useWords } from "@/words/words";
import { type DefinitionDraft, definitionOf, emptyDraft, isSame } from "./draft";
import { drivingTemplate } from "./driving";
import { Editor, useProblems } from "./Editor";
import { newTagDefinitionRoute } from "./route";
import { writeDefinition } from "./tags";

/** Makes a tag definition, from nothing or from a template. */
export function NewTagDefinitionScreen() {
  const words = useWords();
  const mayCreate = useMay("ROLE_EDITOR");
  const { template } = newTagDefinitionRoute.useSearch();
  return (
    <Page
      title={words.tagDefinitions.create}
      crumbs={[{ label: words.tagDefinitions.title, link: { to: "/tag-definitions" } }]}
    >
      {mayCreate ? (
        <NewDefinition key={template} template={template} />
      ) : (
        <EmptyState
          icon={<ShieldAlert size={28} aria-hidden />}
          title={words.frame.needsRole(words.frame.role.ROLE_EDITOR)}
        >
          {words.tagDefinitions.empty.viewer}
        </EmptyState>
      )}
    </Page>
  );
}

function firstDraft(template: "driving" | undefined, language: Language): DefinitionDraft {
  if (template === undefined) return emptyDraft;
  const { guide, tags } = drivingTemplate(language);
  return { ...emptyDraft, guidePrompt: guide, text: writeDefinition(tags) };
}

const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;

function NewDefinition({ template }: { readonly template: "driving" | undefined }) {
  const { tagDefinitions: words, frame } = useWords();
  const { language } = useContext(SpeechContext);
  const { workspace } = useSession();
  const navigate = newTagDefinitionRoute.useNavigate();
  const queries = useQueryClient();
  const [id, setId] = useState(template ?? "");
  const [first] = useState(() => firstDraft(template, language));
  const [draft, setDraft] = useState(first);
  const [checked, setChecked] = useState(false);
  const problems = useProblems(draft);
  const creation = useMutation({
    mutationFn: (newId: string) => createTagDefinition(workspace, newId, definitionOf(draft)),
    onSuccess: async () => {
      tell({ title: words.created(id) });
      await queries.invalidateQueries({ queryKey: ["tag-definitions", workspace] });
      await navigate({ to: "/tag-definitions/$tagDefinition", params: { tagDefinition: id }, ignoreBlocker: true });
    },
  });
  useBlocker({
    shouldBlockFn: () => !isSame(draft, first) && !window.confirm(words.leave),
    enableBeforeUnload: () => !isSame(draft, first),
  });
  const { error } = creation;
  const exists = error instanceof ApiError && error.reason === "ALREADY_EXISTS";
  const taken = exists && id === creation.variables;
  const idProblem = checked && !idForm.test(id) ? words.idWrong : taken ? error.message : undefined;

  function submit(): boolean {
    setChecked(true);
    if (!idForm.test(id) || problems.length > 0) return false;
    creation.mutate(id);
    return true;
  }

  return (
    <Form label={words.create} onSubmit={submit}>
      <Field label={words.id} help={words.idHelp} error={idProblem}>
        <TextInput code required value={id} onValue={setId} />
      </Field>
      <Editor draft={draft} onDraft={setDraft} fileName={`${id || "tags"}.json`} />
      {error !== null && !exists && <ErrorNote error={error} />}
      <FormActions {...(checked && problems[0] !== undefined && { hint: problems[0].message })}>
        <Button type="submit" kind="primary" busy={creation.isPending}>
          {frame.create}
        </Button>
      </FormActions>
    </Form>
  );
}
