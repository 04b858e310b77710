import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { deleteTagDefinition, type TagDefinitionIds } from "@/api/tagDefinitions";
import { Button } from "@/parts/Button";
import { Confirmation } from "@/parts/Confirmation";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import { tagDefinitionRoute } from "./route";

/** Deletes a definition after a question. */
export function DeleteDefinition({ ids }: { readonly ids: TagDefinitionIds }) {
  const { tagDefinitions: words, frame } = useWords();
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const navigate = tagDefinitionRoute.useNavigate();
  const deletion = useMutation({
    mutationFn: () => deleteTagDefinition(ids),
    onSuccess: async () => {
      tell({ title: words.deleted(ids.tagDefinition) });
      // What was changed in its editor has nowhere to go any more.
      await navigate({ to: "/tag-definitions", ignoreBlocker: true });
      queries.removeQueries({ queryKey: ["tag-definition", ids.workspace, ids.tagDefinition] });
      await queries.invalidateQueries({ queryKey: ["tag-definitions", ids.workspace] });
    },
  });
  return (
    <>
      <Button icon={<Trash2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {frame.delete}
      </Button>
      <Confirmation
        open={open}
        onOpen={(next) => {
          deletion.reset();
          setOpen(next);
        }}
        title={words.remove.title(ids.tagDefinition)}
        action={frame.delete}
        busy={deletion.isPending}
        error={deletion.error}
        onConfirm={() => deletion.mutate()}
      >
        {words.remove.text}
      </Confirmation>
    </>
  );
}
