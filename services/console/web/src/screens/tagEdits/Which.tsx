import { Link } from "@tanstack/react-router";
import { versionIds } from "@/api/names";
import type { TagEdit } from "@/api/types";
import { useWords } from "@/words/words";
import styles from "./TagEdits.module.css";

/** What the files of an edit were selected by: a link to what it finds now, where it can be asked again. */
export function Which({ edit }: { readonly edit: TagEdit }) {
  const words = useWords().tagEdits;
  const { expression } = edit;
  if (expression === undefined) return words.chosen;
  const { dataset, version } = versionIds(edit.name ?? "");
  return (
    <Link
      to="/datasets/$dataset/versions/$version/data"
      params={{ dataset, version }}
      search={expression === "" ? {} : { expr: expression }}
      title={expression}
    >
      {expression === "" ? words.every : <code className={styles["expression"]}>{expression}</code>}
    </Link>
  );
}
