import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { updateDataset } from "@/api/datasets";
import { ApiError } from "@/api/errors";
import type { DatasetIds } from "@/api/names";
import type { Dataset } from "@/api/types";
import { useMay } from "@/app/session";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { LabelsField } from "@/parts/LabelsField";
import { Section } from "@/parts/Section";
import { TextArea } from "@/parts/TextArea";
import { TextInput } from "@/parts/TextInput";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";
import { DatasetDeletion } from "./DatasetDeletion";

interface Props {
  readonly ids: DatasetIds;
  readonly dataset: Dataset;
}

/** What can be changed of a dataset, and its end. */
export function DatasetSettings({ ids, dataset }: Props) {
  const words = useWords().dataset.settings;
  const mayDelete = useMay("ROLE_ADMIN");
  return (
    <Section title={words.title}>
      {/* What was changed elsewhere is shown; what is being typed here goes with it, since it could not be saved. */}
      <Form key={dataset.etag} ids={ids} dataset={dataset} />
      {mayDelete && <DatasetDeletion ids={ids} />}
    </Section>
  );
}

function Form({ ids, dataset }: Props) {
  const all = useWords();
  const words = all.dataset.settings;
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState(dataset.displayName ?? "");
  const [mountPath, setMountPath] = useState(dataset.mountPath ?? "");
  const [description, setDescription] = useState(dataset.description ?? "");
  const [labels, setLabels] = useState(() =>
    Object.entries(dataset.labels ?? {}).map(([key, value]) => ({ key, value })),
  );
  const saving = useMutation({
    mutationFn: () =>
      updateDataset(
        dataset.name ?? "",
        {
          displayName: displayName.trim(),
          mountPath: mountPath.trim(),
          description: description.trim(),
          labels: Object.fromEntries(labels.filter(({ key }) => key !== "").map(({ key, value }) => [key, value])),
          ...(dataset.etag !== undefined && { etag: dataset.etag }),
        },
        "displayName,mountPath,description,labels",
      ),
    onSuccess: (changed) => {
      tell({ title: words.saved });
      queries.setQueryData(["dataset", ids.workspace, ids.dataset], changed);
      return queries.invalidateQueries({ queryKey: ["datasets", ids.workspace] });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    saving.mutate();
  }

  const error = saving.error instanceof ApiError ? saving.error : null;
  const isConflict = error?.reason === "STATE_CONFLICT";
  const isAtField = error?.at("displayName", "mountPath", "description", "labels") !== undefined;
  return (
    <form onSubmit={submit} className={styles["form"]} noValidate>
      <div className={styles["grid"]}>
        <Field label={words.displayName} optional error={error?.at("displayName")}>
          <TextInput value={displayName} maxLength={127} placeholder={ids.dataset} onValue={setDisplayName} />
        </Field>
        <Field label={words.mountPath} optional error={error?.at("mountPath")}>
          <TextInput code value={mountPath} placeholder="/mnt/data/" onValue={setMountPath} />
        </Field>
      </div>
      <Field label={words.description} optional error={error?.at("description")}>
        <TextArea rows={2} maxLength={4096} value={description} onValue={setDescription} />
      </Field>
      <LabelsField labels={labels} error={error?.at("labels")} onLabels={(next) => setLabels([...next])} />
      {isConflict && (
        <div className={styles["buttons"]} role="alert">
          <span className={styles["bad"]}>{words.conflict}</span>
          <Button
            size="small"
            onClick={() => void queries.invalidateQueries({ queryKey: ["dataset", ids.workspace, ids.dataset] })}
          >
            {words.reload}
          </Button>
        </div>
      )}
      {saving.error !== null && !isConflict && !isAtField && <ErrorNote error={saving.error} />}
      <div className={styles["buttons"]}>
        <Button type="submit" busy={saving.isPending}>
          {all.frame.save}
        </Button>
      </div>
    </form>
  );
}
