import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { versionsQuery } from "@/api/datasets";
import { type DatasetIds, idOf } from "@/api/names";
import type { Version } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { ErrorState } from "@/parts/ErrorState";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

const column = columnsOf<Version>();

/** The versions of a dataset, newest first. */
export function VersionTable({ ids }: { readonly ids: DatasetIds }) {
  const words = useWords().dataset.versions;
  const format = useFormat();
  const versions = useQuery(versionsQuery(ids));
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((version) => idOf(version.name), {
          id: "name",
          header: words.name,
          cell: ({ getValue }) => (
            <Link to="/datasets/$dataset/versions/$version/data" params={{ dataset: ids.dataset, version: getValue() }}>
              {getValue()}
            </Link>
          ),
        }),
        column.accessor("state", {
          header: words.state,
          cell: ({ getValue }) => <Chip>{words.states[getValue() ?? "STATE_OPEN"]}</Chip>,
        }),
        column.accessor((version) => Number(version.fileCount ?? 0), {
          id: "files",
          header: words.files,
          cell: ({ getValue }) => format.number(getValue()),
          meta: { align: "end" },
        }),
        column.accessor((version) => Number(version.sizeBytes ?? 0), {
          id: "size",
          header: words.size,
          cell: ({ getValue }) => format.bytes(getValue()),
          meta: { align: "end" },
        }),
        column.accessor("scanTime", {
          header: words.scanned,
          cell: ({ getValue }) => format.time(getValue()) || words.never,
          meta: { narrow: true },
        }),
        column.accessor("createTime", {
          header: words.created,
          cell: ({ getValue }) => format.time(getValue()),
          meta: { narrow: true },
        }),
      ]),
    [ids.dataset, words, format],
  );
  return (
    <Section title={words.title}>
      {versions.isPending && <Skeleton lines={2} />}
      {versions.isError && <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.data !== undefined && (
        <Table label={words.title} columns={columns} rows={versions.data} idOf={(version) => version.name ?? ""} />
      )}
    </Section>
  );
}
