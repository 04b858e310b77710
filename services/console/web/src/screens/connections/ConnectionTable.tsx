import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { connectionIds, connectionKind } from "@/api/connections";
import { idOf } from "@/api/names";
import type { Connection } from "@/api/types";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { TrialCell } from "./TrialCell";

const column = columnsOf<Connection>();

export function ConnectionTable({ connections }: { readonly connections: readonly Connection[] }) {
  const words = useWords().connections;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((connection) => connection.displayName || idOf(connection.name), {
          id: "name",
          header: words.columns.name,
          cell: ({ row, getValue }) => (
            <Link to="/connections/$connection" params={connectionIds(row.original.name ?? "")}>
              {getValue()}
            </Link>
          ),
        }),
        column.accessor(
          (connection) => {
            const kind = connectionKind(connection);
            return kind === undefined ? "" : words.kinds[kind];
          },
          { id: "kind", header: words.columns.kind },
        ),
        column.accessor(targetOf, {
          id: "target",
          header: words.columns.target,
          cell: ({ getValue }) => <code>{getValue()}</code>,
        }),
        column.display({
          id: "trial",
          header: words.columns.trial,
          cell: ({ row }) => <TrialCell connection={row.original} />,
          meta: { narrow: true },
        }),
        column.accessor("updateTime", {
          header: words.columns.changed,
          cell: ({ getValue }) => <span title={format.time(getValue())}>{format.fromNow(getValue())}</span>,
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  return (
    <Table label={words.title} columns={columns} rows={connections} idOf={(connection) => connection.name ?? ""} />
  );
}

/** Where it leads to, in a line. */
function targetOf({ s3, folder, modelService, pgvector }: Connection): string {
  if (s3 !== undefined) return s3.endpoint || `AWS ${s3.region || "us-east-1"}`;
  if (folder !== undefined) return folder.root ?? "";
  if (modelService !== undefined) return modelService.baseUrl ?? "";
  return `${pgvector?.host ?? ""}:${pgvector?.port || 5432}/${pgvector?.database ?? ""}`;
}
