import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { type ConnectionIds, deleteConnection } from "@/api/connections";
import { ApiError } from "@/api/errors";
import { idIn, idOf } from "@/api/names";
import { Button } from "@/parts/Button";
import { Confirmation } from "@/parts/Confirmation";
import { tell } from "@/parts/toast";
import { useWords } from "@/words/words";
import styles from "./DeleteConnection.module.css";
import { connectionRoute } from "./route";

/** Deletes a connection after a question; what still needs it is named. */
export function DeleteConnection({ ids }: { readonly ids: ConnectionIds }) {
  const { connections: words, frame } = useWords();
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const navigate = connectionRoute.useNavigate();
  const deletion = useMutation({
    mutationFn: () => deleteConnection(ids),
    onSuccess: async () => {
      tell({ title: words.deleted(ids.connection) });
      await navigate({ to: "/connections" });
      queries.removeQueries({ queryKey: ["connection", ids.workspace, ids.connection] });
      await queries.invalidateQueries({ queryKey: ["connections", ids.workspace] });
    },
  });
  const error = deletion.error;
  const user = error instanceof ApiError && error.reason === "IN_USE" ? error.metadata["used_by"] : undefined;
  return (
    <>
      <Button icon={<Trash2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {frame.delete}
      </Button>
      <Confirmation
        open={open}
        onOpen={(next) => {
          deletion.reset();
          setOpen(next);
        }}
        title={words.remove.title(ids.connection)}
        action={words.remove.action}
        busy={deletion.isPending}
        error={user === undefined ? error : null}
        onConfirm={() => deletion.mutate()}
      >
        <p>{words.remove.text}</p>
        {user !== undefined && (
          <p role="alert" className={styles["use"]}>
            {words.remove.inUse(idOf(user))}{" "}
            <Link to="/datasets/$dataset" params={{ dataset: idIn(user, "datasets") }}>
              {words.remove.openUser}
            </Link>
          </p>
        )}
      </Confirmation>
    </>
  );
}
