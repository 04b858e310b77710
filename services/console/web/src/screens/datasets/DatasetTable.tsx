import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { idOf } from "@/api/names";
import type { Dataset } from "@/api/types";
import { ButtonLink } from "@/parts/ButtonLink";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DatasetTable.module.css";

const column = columnsOf<Dataset>();

/** Datasets with what their newest versions hold. */
export function DatasetTable({ datasets }: { readonly datasets: readonly Dataset[] }) {
  const words = useWords().datasets;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((dataset) => dataset.displayName ?? idOf(dataset.name), {
          id: "name",
          header: words.columns.name,
          cell: ({ row, getValue }) => (
            <Link to="/datasets/$dataset" params={{ dataset: idOf(row.original.name) }}>
              {getValue()}
            </Link>
          ),
        }),
        column.accessor((dataset) => Number(dataset.fileCount ?? 0), {
          id: "files",
          header: words.columns.files,
          cell: ({ getValue }) => format.number(getValue()),
          meta: { align: "end", narrow: true },
        }),
        column.accessor((dataset) => Number(dataset.sizeBytes ?? 0), {
          id: "size",
          header: words.columns.size,
          cell: ({ getValue }) => format.bytes(getValue()),
          meta: { align: "end", narrow: true },
        }),
        column.accessor("rootUri", { header: words.columns.root, cell: ({ getValue }) => <code>{getValue()}</code> }),
        column.accessor("scanTime", {
          header: words.columns.scanned,
          cell: ({ getValue }) => (
            <span title={format.time(getValue())}>{format.fromNow(getValue()) || words.neverScanned}</span>
          ),
          meta: { narrow: true },
        }),
        column.display({
          id: "data",
          header: () => <span className={styles["unseen"]}>{words.columns.data}</span>,
          cell: ({ row }) => (
            <ButtonLink
              kind="quiet"
              size="small"
              to="/datasets/$dataset/versions/$version/data"
              params={{ dataset: idOf(row.original.name), version: idOf(row.original.latestVersion) || "latest" }}
              aria-label={words.viewDataOf(row.original.displayName ?? idOf(row.original.name))}
            >
              {words.viewData}
            </ButtonLink>
          ),
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  return <Table label={words.title} columns={columns} rows={datasets} idOf={(dataset) => dataset.name ?? ""} />;
}
