import { Link } from "@tanstack/react-router";
import { Files, FolderSearch } from "lucide-react";
import { connectionIds } from "@/api/connections";
import { idOf } from "@/api/names";
import type { Dataset, Version } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { EmptyState } from "@/parts/EmptyState";
import { type Fact, Facts } from "@/parts/Facts";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";

interface Props {
  readonly dataset: Dataset;
  readonly version: Version;
}

/** What a dataset holds and where. */
export function DatasetFacts({ dataset, version }: Props) {
  const words = useWords().dataset;
  const format = useFormat();
  const isLogical = dataset.kind === "KIND_LOGICAL";
  const labels = Object.entries(dataset.labels ?? {});
  const facts: Fact[] = [
    { label: words.facts.files, value: format.number(version.fileCount) },
    { label: words.facts.size, value: format.bytes(version.sizeBytes) },
    ...(isLogical
      ? []
      : [
          {
            label: words.facts.scanned,
            value: (
              <span title={format.time(version.scanTime)}>{format.fromNow(version.scanTime) || words.facts.never}</span>
            ),
          },
          { label: words.facts.path, value: <code>{dataset.rootUri}</code>, wide: true },
          {
            label: words.facts.connection,
            value: (
              <Link to="/connections/$connection" params={connectionIds(dataset.storageConnection ?? "")}>
                {idOf(dataset.storageConnection)}
              </Link>
            ),
          },
        ]),
    { label: words.facts.kind, value: words.kinds[dataset.kind ?? "KIND_PREMIUM"] },
    { label: words.facts.mountPath, value: <code>{dataset.mountPath}</code> },
    { label: words.facts.created, value: format.time(dataset.createTime) },
  ];
  if (labels.length > 0) {
    const chips = labels.map(([key, value]) => <Chip key={key}>{value === "" ? key : `${key}: ${value}`}</Chip>);
    facts.push({ label: words.facts.labels, value: <span className={styles["chips"]}>{chips}</span> });
  }
  return (
    <>
      <Facts facts={facts} />
      {isLogical
        ? Number(version.fileCount ?? 0) === 0 && (
            <EmptyState icon={<Files size={28} aria-hidden />} title={words.unfilled.title}>
              {words.unfilled.text}
            </EmptyState>
          )
        : version.scanTime === undefined && (
            <EmptyState icon={<FolderSearch size={28} aria-hidden />} title={words.unscanned.title}>
              {words.unscanned.text}
            </EmptyState>
          )}
    </>
  );
}
