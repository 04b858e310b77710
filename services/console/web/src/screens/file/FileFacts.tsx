import type { File } from "@/api/types";
import { Facts } from "@/parts/Facts";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./File.module.css";

/** What is known of a file, and the user's own attributes. */
export function FileFacts({ file }: { readonly file: File }) {
  const words = useWords().file;
  const format = useFormat();
  const path = file.path ?? "";
  const slash = path.lastIndexOf("/");
  const attributes = Object.entries(file.attributes ?? {});
  const hasPixels = (file.widthPx ?? 0) > 0;
  const facts = [
    { label: words.facts.name, value: path.slice(slash + 1) },
    { label: words.facts.directory, value: slash > 0 ? path.slice(0, slash) : "/" },
    { label: words.facts.type, value: file.contentType },
    { label: words.facts.size, value: format.bytes(file.sizeBytes) },
    ...(hasPixels
      ? [
          {
            label: words.facts.dimensions,
            value: words.pixels(format.number(file.widthPx), format.number(file.heightPx)),
          },
        ]
      : []),
    { label: words.facts.modified, value: format.time(file.modifyTime) },
    { label: words.facts.found, value: format.time(file.createTime) },
    { label: words.facts.uri, value: <code>{file.uri}</code> },
    ...(file.comment ? [{ label: words.facts.comment, value: file.comment }] : []),
  ];
  return (
    <section aria-labelledby="about" className={styles["section"]}>
      <h2 id="about">{words.about}</h2>
      {file.status === "STATUS_DELETED" && <p className={styles["deleted"]}>{words.deleted}</p>}
      <Facts facts={facts} />
      {attributes.length > 0 && (
        <>
          <h3>{words.attributes}</h3>
          <Facts
            facts={attributes.map(([label, value]) => ({
              label,
              value: typeof value === "string" ? value : <code>{JSON.stringify(value)}</code>,
            }))}
          />
        </>
      )}
    </section>
  );
}
