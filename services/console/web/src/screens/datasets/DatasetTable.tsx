import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { idOf } from "@/api/names";
import type { Dataset } from "@/api/types";
import { ButtonLink } from "@/parts/ButtonLink";
import { Chip } from "@/parts/Chip";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DatasetTable.module.css";
import type { Sort } from "./route";

const column = columnsOf<Dataset>();

// So many rows are made at first, and as many more whenever that is asked for.
const rowsAtOnce = 100;

interface Props {
  readonly datasets: readonly Dataset[];
  /** As in the address; by name if it is not given. */
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
}

/** Datasets with what their newest versions hold. */
export function DatasetTable({ datasets, sort = "name", onSort }: Props) {
  const { datasets: words, dataset } = useWords();
  const { states } = dataset.versions;
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
        column.accessor((dataset) => states[dataset.latestState ?? "STATE_OPEN"], {
          id: "state",
          header: words.columns.state,
          cell: ({ getValue }) => <Chip>{getValue()}</Chip>,
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
    [words, states, format],
  );
  return (
    <Table
      label={words.title}
      columns={columns}
      rows={datasets}
      idOf={({ name }) => name ?? ""}
      rowsAtOnce={rowsAtOnce}
      sorting={[{ id: sort.replace("-", ""), desc: sort.startsWith("-") }]}
      onSorting={([by]) => by && onSort(`${by.desc ? "-" : ""}${by.id}` as Sort)}
    />
  );
}
