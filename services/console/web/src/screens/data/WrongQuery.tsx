import type { ApiError } from "@/api/errors";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";
import { placeOf } from "./place";

interface Props {
  readonly error: ApiError;
  readonly expression: string;
  /** From 1, in characters. */
  readonly column: number;
}

/** Where a query is wrong: the query with a caret below the place, what was found there and what would be valid. */
export function WrongQuery({ error, expression, column }: Props) {
  const words = useWords().data;
  const { found, expected, suggestion } = error.metadata;
  const before = expression.slice(0, placeOf(expression, column));
  return (
    <div role="alert" className={styles["wrong"]}>
      <p>
        {words.wrongQuery(column, found ?? "", expected ?? "")}
        {suggestion !== undefined && suggestion !== "" && ` ${words.didYouMean(suggestion)}`}
      </p>
      <pre>
        {expression}
        {"\n"}
        {/* Blank out what stands before, so that wide letters keep their width. */}
        <span className={styles["blank"]}>{before}</span>^
      </pre>
    </div>
  );
}
