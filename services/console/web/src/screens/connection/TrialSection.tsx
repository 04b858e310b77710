import { Plug } from "lucide-react";
import { type FormEvent, useState } from "react";
import { connectionKind } from "@/api/connections";
import type { Connection } from "@/api/types";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { Section } from "@/parts/Section";
import { TextInput } from "@/parts/TextInput";
import { TrialState } from "@/parts/TrialState";
import { useTrial } from "@/parts/useTrial";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./TrialSection.module.css";

/** Tries the connection and tells what came of it. */
export function TrialSection({ connection }: { readonly connection: Connection }) {
  const words = useWords().connections.trial;
  const format = useFormat();
  const kind = connectionKind(connection);
  const isStorage = kind === "s3" || kind === "folder";
  const [uri, setUri] = useState("");
  const { trial, error, running, run } = useTrial(connection);

  function submit(event: FormEvent) {
    event.preventDefault();
    run(isStorage ? uri.trim() : "");
  }

  return (
    <Section title={words.title} lead={words.lead}>
      <form className={styles["form"]} onSubmit={submit}>
        {isStorage && (
          <Field label={words.uri} help={kind === "s3" ? words.uriHelp : words.folderHelp} optional>
            <TextInput code value={uri} onValue={setUri} />
          </Field>
        )}
        <div>
          <Button type="submit" busy={running} icon={<Plug size={14} aria-hidden />}>
            {running ? words.running : words.run}
          </Button>
        </div>
      </form>
      {error !== null && <ErrorNote error={error} />}
      {trial !== undefined && error === null && (
        <div role="status" className={styles["outcome"]}>
          <TrialState trial={trial} error={null} etag={connection.etag} />
          <span className={styles["message"]}>{trial.message}</span>
          <span className={styles["time"]}>{words.at(format.fromNow(new Date(trial.at).toISOString()))}</span>
        </div>
      )}
    </Section>
  );
}
