import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { deleteDataset } from "@/api/datasets";
import { ApiError } from "@/api/errors";
import { jobIds } from "@/api/jobs";
import type { DatasetIds } from "@/api/names";
import { Deletion } from "@/parts/Deletion";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";

/** Deletes a dataset, once its id was typed. */
export function DatasetDeletion({ ids }: { readonly ids: DatasetIds }) {
  const words = useWords().dataset.settings;
  const queries = useQueryClient();
  const navigate = useNavigate();

  async function leave() {
    await navigate({ to: "/datasets" });
    queries.removeQueries({ queryKey: ["dataset", ids.workspace, ids.dataset] });
    void queries.invalidateQueries({ queryKey: ["datasets", ids.workspace] });
    tell({ title: words.deleted(ids.dataset) });
  }

  function explain(error: Error) {
    const job = error instanceof ApiError && error.reason === "IN_USE" ? error.metadata["used_by"] : undefined;
    return (
      job && (
        <p role="alert" className={styles["bad"]}>
          {words.inUse}{" "}
          <Link to="/jobs/$job" params={jobIds(job)}>
            {jobIds(job).job}
          </Link>
        </p>
      )
    );
  }

  return (
    <div className={styles["danger"]}>
      <p className={styles["quiet"]}>{words.deleteLead}</p>
      <Deletion
        label={words.delete}
        kind="danger"
        title={words.deleteTitle(ids.dataset)}
        action={words.delete}
        typed={{ text: ids.dataset, label: words.deleteTyped(ids.dataset) }}
        run={() => deleteDataset(ids)}
        onDone={leave}
        explain={explain}
      >
        {words.deleteText}
      </Deletion>
    </div>
  );
}
