import { useQueryClient } from "@tanstack/react-query";
import { deleteTagDefinition, type TagDefinitionIds } from "@/api/tagDefinitions";
import { Deletion } from "@/parts/Deletion";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { tagDefinitionRoute } from "./route";

/** Deletes a definition after a question. */
export function DeleteDefinition({ ids }: { readonly ids: TagDefinitionIds }) {
  const { tagDefinitions: words, frame } = useWords();
  const queries = useQueryClient();
  const navigate = tagDefinitionRoute.useNavigate();

  async function leave() {
    tell({ title: words.deleted(ids.tagDefinition) });
    // What was changed in its editor has nowhere to go any more.
    await navigate({ to: "/tag-definitions", ignoreBlocker: true });
    queries.removeQueries({ queryKey: ["tag-definition", ids.workspace, ids.tagDefinition] });
    await queries.invalidateQueries({ queryKey: ["tag-definitions", ids.workspace] });
  }

  return (
    <Deletion
      label={frame.delete}
      title={words.remove.title(ids.tagDefinition)}
      action={frame.delete}
      run={() => deleteTagDefinition(ids)}
      onDone={leave}
    >
      {words.remove.text}
    </Deletion>
  );
}
