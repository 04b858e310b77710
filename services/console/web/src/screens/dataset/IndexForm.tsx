import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/errors";
import { setIndexSet } from "@/api/indexSets";
import { createJob } from "@/api/jobs";
import { idOf, versionIds } from "@/api/names";
import { newRequestId } from "@/api/requestId";
import type { Connection, IndexSet, Metric, Version } from "@/api/types";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { Select } from "@/parts/Select";
import { TextInput } from "@/parts/TextInput";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";

interface Props {
  readonly version: Version;
  readonly current: IndexSet | null;
  /** Connections to models that embed. */
  readonly models: readonly Connection[];
  /** Connections to vector databases. */
  readonly databases: readonly Connection[];
}

const metrics: readonly Metric[] = ["METRIC_COSINE", "METRIC_DOT_PRODUCT"];

export function IndexForm({ version, current, models, databases }: Props) {
  const words = useWords().dataset.index;
  const ids = versionIds(version.name ?? "");
  const queries = useQueryClient();
  const [modelConnection, setModelConnection] = useState(current?.modelConnection ?? models[0]?.name ?? "");
  const [model, setModel] = useState(current?.model ?? "");
  const [databaseConnection, setDatabaseConnection] = useState(current?.databaseConnection ?? databases[0]?.name ?? "");
  const [table, setTable] = useState(current?.table ?? "");
  const [metric, setMetric] = useState<Metric>(current?.metric ?? "METRIC_COSINE");
  const [tried, setTried] = useState(false);

  const offered = models.find((one) => one.name === modelConnection)?.modelService?.models ?? [];
  const chosenModel = model || (offered[0]?.model ?? "");
  const wanted: IndexSet = { modelConnection, model: chosenModel, databaseConnection, table: table.trim(), metric };
  const saved = current !== null && isSame(current, wanted);

  const saving = useMutation({
    mutationFn: () => setIndexSet(ids, wanted),
    onSuccess: () => {
      tell({ title: words.saved, text: words.savedText });
      return queries.invalidateQueries({ queryKey: ["dataset", ids.workspace, ids.dataset] });
    },
  });
  const refresh = useMutation({
    mutationFn: () => createJob(ids.workspace, { version: version.name ?? "", index: {} }, newRequestId()),
    onSuccess: () => {
      tell({ title: words.refreshStarted });
      return queries.invalidateQueries({ queryKey: ["jobs", ids.workspace] });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (modelConnection !== "" && databaseConnection !== "") saving.mutate();
  }

  const mistake = (...names: readonly string[]) =>
    saving.error instanceof ApiError ? saving.error.at(...names) : undefined;
  const mistakes = {
    model: tried && modelConnection === "" ? words.missingModel : mistake("modelConnection"),
    database: tried && databaseConnection === "" ? words.missingDatabase : mistake("databaseConnection"),
    name: mistake("model"),
    table: mistake("table"),
  };
  const isAtField = Object.values(mistakes).some((text) => text !== undefined);
  return (
    <form onSubmit={submit} className={styles["form"]} noValidate>
      <div className={styles["grid"]}>
        <Field
          label={words.modelConnection}
          error={mistakes.model}
          help={models.length === 0 ? words.noModel : undefined}
        >
          <Select
            value={modelConnection || null}
            placeholder={words.choose}
            disabled={models.length === 0}
            choices={choicesOf(models)}
            onValue={(next) => {
              setModelConnection(next);
              setModel("");
            }}
          />
        </Field>
        <Field label={words.model} error={mistakes.name}>
          <Select
            value={chosenModel || null}
            placeholder={words.choose}
            disabled={offered.length === 0}
            choices={offered.map(({ model: name = "" }) => ({ value: name, label: name }))}
            onValue={setModel}
          />
        </Field>
        <Field
          label={words.databaseConnection}
          error={mistakes.database}
          help={databases.length === 0 ? words.noDatabase : undefined}
        >
          <Select
            value={databaseConnection || null}
            placeholder={words.choose}
            disabled={databases.length === 0}
            choices={choicesOf(databases)}
            onValue={setDatabaseConnection}
          />
        </Field>
        <Field label={words.table} error={mistakes.table} help={words.tableHelp}>
          <TextInput code value={table} placeholder="bowerbird" onValue={setTable} />
        </Field>
        <Field label={words.metric}>
          <Select
            value={metric}
            choices={metrics.map((value) => ({ value, label: words.metrics[value] }))}
            onValue={setMetric}
          />
        </Field>
      </div>
      {saving.error !== null && !isAtField && <ErrorNote error={saving.error} />}
      {refresh.error !== null && <ErrorNote error={refresh.error} />}
      <div className={styles["buttons"]}>
        <Button type="submit" kind={saved ? "plain" : "primary"} busy={saving.isPending} disabled={saved}>
          {words.save}
        </Button>
        <Button busy={refresh.isPending} disabled={!saved} onClick={() => refresh.mutate()}>
          {words.refresh}
        </Button>
        {!saved && current !== null && <span className={styles["quiet"]}>{words.unsaved}</span>}
      </div>
    </form>
  );
}

function choicesOf(connections: readonly Connection[]) {
  return connections.map(({ name = "", displayName }) => ({ value: name, label: displayName ?? idOf(name) }));
}

function isSame(current: IndexSet, wanted: IndexSet): boolean {
  return (
    current.modelConnection === wanted.modelConnection &&
    current.model === wanted.model &&
    current.databaseConnection === wanted.databaseConnection &&
    current.table === (wanted.table || "bowerbird") &&
    (current.metric ?? "METRIC_COSINE") === wanted.metric
  );
}
