import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "@/api/errors";
import {
  type TagDefinitionIds,
  tagDefinitionName,
  tagDefinitionQuery,
  updateTagDefinition,
} from "@/api/tagDefinitions";
import type { TagDefinition } from "@/api/types";
import { Button } from "@/parts/Button";
import { Conflict } from "@/parts/Conflict";
import { ErrorNote } from "@/parts/ErrorNote";
import { Form, FormActions } from "@/parts/Form";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { definitionOf, draftOf, isSame } from "./draft";
import { Editor, useProblems } from "./Editor";

interface Props {
  readonly ids: TagDefinitionIds;
  readonly definition: TagDefinition;
}

/** Changes a definition. What somebody else has changed meanwhile is never overwritten unasked. */
export function DefinitionEditing({ ids, definition }: Props) {
  const { tagDefinitions: words, frame } = useWords();
  const queries = useQueryClient();
  // What is edited is the state that was seen when the editor was opened; a newer one is noticed when it is saved.
  const [seen, setSeen] = useState(definition);
  const [draft, setDraft] = useState(() => draftOf(definition));
  const isChanged = !isSame(draft, draftOf(seen));
  const problems = useProblems(draft);
  const { queryKey } = tagDefinitionQuery(ids);
  const change = useMutation({
    mutationFn: (etag: string) =>
      updateTagDefinition(ids, { ...definitionOf(draft), name: tagDefinitionName(ids), etag }),
    onSuccess: (changed) => {
      tell({ title: words.saved(ids.tagDefinition) });
      take(changed);
      queries.setQueryData(queryKey, changed);
      return queries.invalidateQueries({ queryKey: ["tag-definitions", ids.workspace] });
    },
  });
  const { error } = change;
  const conflict = error instanceof ApiError && error.reason === "STATE_CONFLICT";
  useBlocker({
    shouldBlockFn: () => isChanged && !window.confirm(words.leave),
    enableBeforeUnload: () => isChanged,
  });

  function take(state: TagDefinition) {
    setSeen(state);
    setDraft(draftOf(state));
  }

  async function theirs(): Promise<TagDefinition> {
    return queries.fetchQuery({ ...tagDefinitionQuery(ids), staleTime: 0 });
  }

  function submit(): boolean {
    if (problems.length > 0) return false;
    change.mutate(seen.etag ?? "");
    return true;
  }

  return (
    <Form label={ids.tagDefinition} onSubmit={submit}>
      <Editor draft={draft} onDraft={setDraft} fileName={`${ids.tagDefinition}.json`} />
      {conflict && (
        <Conflict
          text={words.conflict.text}
          hint={words.conflict.theirsHint}
          action={words.conflict.theirs}
          onAction={() =>
            void theirs().then((state) => {
              take(state);
              change.reset();
            })
          }
        >
          <Button busy={change.isPending} onClick={() => void theirs().then(({ etag = "" }) => change.mutate(etag))}>
            {words.conflict.mine}
          </Button>
        </Conflict>
      )}
      {error !== null && !conflict && <ErrorNote error={error} />}
      <FormActions {...(isChanged && { hint: problems[0]?.message ?? words.unsaved })}>
        <Button type="submit" kind="primary" busy={change.isPending} disabled={!isChanged || problems.length > 0}>
          {frame.save}
        </Button>
      </FormActions>
    </Form>
  );
}
