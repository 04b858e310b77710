import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { deleteDataset } from "@/api/datasets";
import type { DatasetIds } from "@/api/names";
import { Button } from "@/parts/Button";
import { Confirmation } from "@/parts/Confirmation";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";

/** Deletes a dataset, once its id was typed. */
export function DatasetDeletion({ ids }: { readonly ids: DatasetIds }) {
  const words = useWords().dataset.settings;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, ask] = useState(false);
  const deletion = useMutation({
    mutationFn: () => deleteDataset(ids),
    onSuccess: async () => {
      await navigate({ to: "/datasets" });
      queries.removeQueries({ queryKey: ["dataset", ids.workspace, ids.dataset] });
      void queries.invalidateQueries({ queryKey: ["datasets", ids.workspace] });
      tell({ title: words.deleted(ids.dataset) });
    },
  });
  return (
    <div className={styles["danger"]}>
      <p className={styles["quiet"]}>{words.deleteLead}</p>
      <Button kind="danger" onClick={() => ask(true)}>
        {words.delete}
      </Button>
      <Confirmation
        open={asking}
        onOpen={(open) => {
          deletion.reset();
          ask(open);
        }}
        title={words.deleteTitle(ids.dataset)}
        action={words.delete}
        typed={{ text: ids.dataset, label: words.deleteTyped(ids.dataset) }}
        busy={deletion.isPending}
        error={deletion.error}
        onConfirm={() => deletion.mutate()}
      >
        {words.deleteText}
      </Confirmation>
    </div>
  );
}
