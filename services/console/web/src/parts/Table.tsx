import {
  type ColumnDef,
  createColumnHelper,
  createSortedRowModel,
  metaHelper,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  sortFn_text,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { useWords } from "@/words/words";
import { Button } from "./Button";
import { classes } from "./classes";
import styles from "./Table.module.css";

interface Meta {
  /** Numbers stand at the end. */
  readonly align?: "end";
  /** As narrow as its content. */
  readonly narrow?: boolean;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, text: sortFn_text },
  columnMeta: metaHelper<Meta>(),
});

// biome-ignore lint/suspicious/noExplicitAny: columns of one table have values of several types
export type Columns<Row extends RowData> = ColumnDef<typeof features, Row, any>[];

/** Makes the columns of a table; keep them outside the component, or in a memo. */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<typeof features, Row>();
}

interface Props<Row extends RowData> {
  /** What it lists, for those who cannot see it. */
  readonly label: string;
  readonly columns: Columns<Row>;
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** How they are sorted, where that is kept elsewhere; else the table keeps it. */
  readonly sorting?: SortingState;
  readonly onSorting?: (sorting: SortingState) => void;
  /** Show no more of them at first, and with each click as many more; all if it is not given. */
  readonly rowsAtOnce?: number;
}

const none: SortingState = [];

/** Rows that are all there; a click on a heading sorts them. */
export function Table<Row extends RowData>({
  label,
  columns,
  rows,
  idOf,
  sorting: given,
  onSorting,
  rowsAtOnce,
}: Props<Row>) {
  const words = useWords().frame;
  const [own, setOwn] = useState(none);
  const [most, setMost] = useState(rowsAtOnce ?? Number.POSITIVE_INFINITY);
  const sorting = given ?? own;
  const table = useTable({
    features,
    columns,
    data: rows as Row[],
    getRowId: idOf,
    state: { sorting },
    onSortingChange: (change) => (onSorting ?? setOwn)(typeof change === "function" ? change(sorting) : change),
    enableSortingRemoval: false,
  });
  const shown = table.getRowModel().rows;
  return (
    <div className={styles["scroller"]}>
      <table className={styles["table"]} aria-label={label}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                const meta = header.column.columnDef.meta;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={classes(meta?.align && styles[meta.align], meta?.narrow && styles["narrow"])}
                    aria-sort={sorted === false ? undefined : sorted === "asc" ? "ascending" : "descending"}
                  >
                    {header.column.getCanSort() ? (
                      <button
                        type="button"
                        className={styles["sort"]}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        <table.FlexRender header={header} />
                        {sorted === "asc" && <ArrowUp size={12} aria-hidden />}
                        {sorted === "desc" && <ArrowDown size={12} aria-hidden />}
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {shown.slice(0, most).map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => {
                const meta = cell.column.columnDef.meta;
                return (
                  <td
                    key={cell.id}
                    className={classes(meta?.align && styles[meta.align], meta?.narrow && styles["narrow"])}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length > most && (
        <Button kind="quiet" onClick={() => setMost(most + (rowsAtOnce ?? 0))}>
          {words.loadMore}
        </Button>
      )}
    </div>
  );
}
