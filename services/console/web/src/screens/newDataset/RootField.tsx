import { FolderOpen } from "lucide-react";
import { useState } from "react";
import { connectionIds } from "@/api/connections";
import type { ImportFormat } from "@/api/types";
import { Button } from "@/parts/Button";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import styles from "./DatasetForm.module.css";
import { PathPicker } from "./PathPicker";

interface Props {
  /** Resource name of the connection; empty until one is chosen. */
  readonly connection: string;
  /** Uri of the uppermost folder that it leads to; empty if it leads to buckets. */
  readonly top: string;
  readonly importFormat: ImportFormat;
  readonly value: string;
  readonly error: string | undefined;
  readonly onValue: (uri: string) => void;
}

/** Where the files are: typed, or picked from what the connection leads to. */
export function RootField({ connection, top, importFormat, value, error, onValue }: Props) {
  const words = useWords().newDataset;
  const [picking, pick] = useState(false);
  return (
    <>
      <Field label={words.rootUri} error={error} help={words.rootUriHelp}>
        <div className={styles["root"]}>
          <TextInput code value={value} placeholder={top || "s3://bucket/prefix"} onValue={onValue} />
          <Button icon={<FolderOpen size={14} aria-hidden />} disabled={connection === ""} onClick={() => pick(true)}>
            {words.browse}
          </Button>
        </div>
      </Field>
      {connection !== "" && (
        <PathPicker
          open={picking}
          onOpen={pick}
          connection={connectionIds(connection)}
          top={top}
          start={value}
          importFormat={importFormat}
          onPick={onValue}
        />
      )}
    </>
  );
}
