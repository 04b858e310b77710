import { useInfiniteQuery } from "@tanstack/react-query";
import { type FileIds, fileAnswersQuery } from "@/api/files";
import type { FileAnswer } from "@/api/types";
import { Button } from "@/parts/Button";
import { Chip } from "@/parts/Chip";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./File.module.css";

/** What jobs said of the file, with the model's own words. */
export function Answers({ ids }: { readonly ids: FileIds }) {
  const words = useWords();
  const answers = useInfiniteQuery(fileAnswersQuery(ids));
  const all = answers.data?.pages.flatMap((page) => page.answers ?? []) ?? [];
  return (
    <section aria-labelledby="answers" className={styles["section"]}>
      <h2 id="answers">{words.file.answers}</h2>
      {answers.error !== null && <ErrorNote error={answers.error} />}
      {answers.isSuccess && all.length === 0 && <p className={styles["quiet"]}>{words.file.noAnswers}</p>}
      {all.map((answer) => (
        <Answer key={answer.job} answer={answer} />
      ))}
      {answers.hasNextPage && (
        <Button size="small" busy={answers.isFetchingNextPage} onClick={() => void answers.fetchNextPage()}>
          {words.frame.loadMore}
        </Button>
      )}
    </section>
  );
}

function Answer({ answer }: { readonly answer: FileAnswer }) {
  const words = useWords().file;
  const format = useFormat();
  const isTagging = answer.tagDefinition !== undefined;
  const tokens = Number(answer.inputTokens ?? 0) + Number(answer.outputTokens ?? 0);
  return (
    <article className={styles["answer"]}>
      <p className={styles["answerHead"]}>
        <strong>{isTagging ? words.tagging : words.indexing}</strong>
        {answer.model !== undefined && <span>{answer.model}</span>}
        <span title={format.time(answer.time)}>{format.fromNow(answer.time)}</span>
        {answer.done !== true && <Chip kind="bad">{words.failed}</Chip>}
        {answer.reused === true && <Chip>{words.reused}</Chip>}
        {answer.current !== true && <Chip kind="warning">{words.outdated}</Chip>}
      </p>
      {answer.message !== undefined && <p className={styles["quiet"]}>{answer.message}</p>}
      {answer.answer !== undefined && <pre className={styles["words"]}>{answer.answer}</pre>}
      {tokens > 0 && (
        <p className={styles["quiet"]}>
          {words.tokens(format.number(answer.inputTokens), format.number(answer.outputTokens))}
        </p>
      )}
    </article>
  );
}
