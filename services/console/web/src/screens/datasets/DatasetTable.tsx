import { useMemo } from "react";
import { idOf } from "@/api/names";
import type { Dataset } from "@/api/types";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

const column = columnsOf<Dataset>();

export function DatasetTable({ datasets }: { readonly datasets: readonly Dataset[] }) {
  const words = useWords().datasets;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((dataset) => dataset.displayName ?? idOf(dataset.name), {
          id: "name",
          header: words.columns.name,
        }),
        column.accessor("rootUri", { header: words.columns.root, cell: ({ getValue }) => <code>{getValue()}</code> }),
        column.accessor("updateTime", {
          header: words.columns.changed,
          cell: ({ getValue }) => <span title={format.time(getValue())}>{format.fromNow(getValue())}</span>,
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  return <Table label={words.title} columns={columns} rows={datasets} idOf={(dataset) => dataset.name ?? ""} />;
}
