import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { explanationQuery, type Question } from "@/api/search";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";

interface Props {
  readonly question: Question;
  readonly onClose: () => void;
}

/** How the hits were found: the plan, and each step with what it left and how long it took. */
export function Explanation({ question, onClose }: Props) {
  const words = useWords().data;
  const format = useFormat();
  const { data, error, isPending } = useQuery(explanationQuery(question));
  const isSimilar = data?.plan !== undefined;
  return (
    <section aria-label={words.explain} className={styles["explanation"]}>
      <header className={styles["explanationHead"]}>
        <h2>{words.explain}</h2>
        <Button
          kind="quiet"
          size="small"
          aria-label={words.close}
          icon={<X size={14} aria-hidden />}
          onClick={onClose}
        />
      </header>
      {isPending && <Skeleton lines={3} />}
      {error !== null && <ErrorNote error={error} />}
      {isSimilar && (
        <p>
          {data.plan} — {data.exact ? words.exact : words.approximate}
        </p>
      )}
      {data?.steps !== undefined && (
        <table className={styles["steps"]}>
          <thead>
            <tr>
              <th scope="col">{words.step}</th>
              <th scope="col">{words.files}</th>
              <th scope="col">ms</th>
            </tr>
          </thead>
          <tbody>
            {data.steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are told apart by their order alone
              <tr key={at}>
                <td>{step.name}</td>
                <td>{format.number(step.count)}</td>
                <td>{format.number((step.milliseconds ?? 0).toFixed(2))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
