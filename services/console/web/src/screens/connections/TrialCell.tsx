import { idOf } from "@/api/names";
import type { Connection } from "@/api/types";
import { useMay } from "@/app/session";
import { Button } from "@/parts/Button";
import { TrialState } from "@/parts/TrialState";
import { useTrial } from "@/parts/useTrial";
import { useWords } from "@/words/words";
import styles from "./TrialCell.module.css";

/** Whether a connection worked when it was last tried here, and the button that tries it. */
export function TrialCell({ connection }: { readonly connection: Connection }) {
  const words = useWords().connections.trial;
  const mayTry = useMay("ROLE_EDITOR");
  const { trial, error, running, run } = useTrial(connection);
  return (
    <div className={styles["cell"]}>
      <TrialState trial={trial} error={error} etag={connection.etag} />
      {mayTry && (
        <Button size="small" busy={running} aria-label={words.runOne(idOf(connection.name))} onClick={() => run("")}>
          {words.run}
        </Button>
      )}
    </div>
  );
}
