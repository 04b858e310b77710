import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { datasetQuery } from "@/api/datasets";
import { createJob, exportAttributes, goesOn, jobIds, watchJob } from "@/api/jobs";
import type { VersionIds } from "@/api/names";
import { newRequestId } from "@/api/requestId";
import { type Question, selected } from "@/api/search";
import type { Job } from "@/api/types";
import { Button } from "@/parts/Button";
import { Checkbox } from "@/parts/Checkbox";
import { Dialog } from "@/parts/Dialog";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Export.module.css";
import { ExportProgress } from "./ExportProgress";

interface Props {
  readonly version: VersionIds;
  readonly question: Question;
  readonly count: number;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** Writes the chosen files as a list into object storage: what it holds, where it goes, how far it is. */
export function ExportDialog({ version, question, count, open, onOpen }: Props) {
  const words = useWords();
  const format = useFormat();
  const text = words.data.export;
  const dataset = useQuery({ ...datasetQuery(version), enabled: open });
  const [typed, setTyped] = useState<string>();
  const destination = typed ?? suggestedDestination(dataset.data?.rootUri);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [job, setJob] = useState<Job>();
  const watching = useRef<AbortController>(undefined);
  useEffect(() => () => watching.current?.abort(), []);

  const start = useMutation({
    mutationFn: async () => {
      const { selection = {} } = await selected(question);
      const chosen = exportAttributes.filter((attribute) => !left.has(attribute));
      const spec = {
        selection,
        destinationUri: destination.trim(),
        ...(left.size > 0 && { filteredAttributes: [...chosen] }),
      };
      const name = `workspaces/${version.workspace}/datasets/${version.dataset}/versions/${version.version}`;
      const made = await createJob(version.workspace, { version: name, export: spec }, newRequestId());
      setJob(made);
      const controller = new AbortController();
      watching.current = controller;
      for await (const now of watchJob(jobIds(made.name ?? ""), controller.signal)) setJob(now);
    },
  });

  function close(next: boolean) {
    if (!next) {
      watching.current?.abort();
      start.reset();
      setJob(undefined);
    }
    onOpen(next);
  }

  const isEmpty = left.size === exportAttributes.length;
  return (
    <Dialog
      open={open}
      onOpen={close}
      width="wide"
      title={text.title(format.number(count))}
      lead={text.lead}
      actions={
        job === undefined ? (
          <>
            <Button onClick={() => close(false)}>{words.frame.cancel}</Button>
            <Button
              kind="primary"
              busy={start.isPending}
              disabled={destination.trim() === "" || isEmpty}
              onClick={() => start.mutate()}
            >
              {text.start}
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={() => close(false)}>
            {goesOn(job) ? text.goOnBehind : words.frame.close}
          </Button>
        )
      }
    >
      {job === undefined ? (
        <div className={styles["form"]}>
          <Field label={text.destination} help={text.destinationHelp}>
            <TextInput code value={destination} onValue={setTyped} />
          </Field>
          <fieldset className={styles["attributes"]}>
            <legend>{text.attributes}</legend>
            {exportAttributes.map((attribute) => (
              <Checkbox
                key={attribute}
                checked={!left.has(attribute)}
                onChecked={(checked) => setLeft(withOr(left, attribute, !checked))}
              >
                <code>{attribute}</code>
              </Checkbox>
            ))}
          </fieldset>
        </div>
      ) : (
        <ExportProgress job={job} />
      )}
      {start.error !== null && <ErrorNote error={start.error} />}
    </Dialog>
  );
}

/** Beside the dataset's own folder, so that no scan takes the list for files of the dataset. */
function suggestedDestination(rootUri: string | undefined): string {
  const bucket = /^(\w+:\/\/[^/]+)(\/|$)/.exec(rootUri ?? "")?.[1];
  return bucket === undefined ? "" : `${bucket}/exports`;
}

function withOr(set: ReadonlySet<string>, value: string, holds: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (holds) next.add(value);
  else next.delete(value);
  return next;
}
