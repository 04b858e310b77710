import { useQueryClient } from "@tanstack/react-query";
import { type ConnectionIds, deleteConnection } from "@/api/connections";
import { ApiError } from "@/api/errors";
import { Deletion } from "@/parts/Deletion";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./DeleteConnection.module.css";
import { connectionRoute } from "./route";
import { UserLink } from "./UserLink";

/** Deletes a connection after a question; what still needs it is named. */
export function DeleteConnection({ ids }: { readonly ids: ConnectionIds }) {
  const { connections: words, frame } = useWords();
  const queries = useQueryClient();
  const navigate = connectionRoute.useNavigate();

  async function leave() {
    tell({ title: words.deleted(ids.connection) });
    await navigate({ to: "/connections" });
    queries.removeQueries({ queryKey: ["connection", ids.workspace, ids.connection] });
    await queries.invalidateQueries({ queryKey: ["connections", ids.workspace] });
  }

  function explain(error: Error) {
    const user = error instanceof ApiError && error.reason === "IN_USE" ? error.metadata["used_by"] : undefined;
    return (
      user && (
        <p role="alert" className={styles["use"]}>
          {words.remove.inUse} <UserLink name={user} />
        </p>
      )
    );
  }

  return (
    <Deletion
      label={frame.delete}
      title={words.remove.title(ids.connection)}
      action={words.remove.action}
      run={() => deleteConnection(ids)}
      onDone={leave}
      explain={explain}
    >
      <p>{words.remove.text}</p>
    </Deletion>
  );
}
