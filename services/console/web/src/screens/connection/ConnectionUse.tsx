import { useInfiniteQuery } from "@tanstack/react-query";
import { type ConnectionIds, usesQuery } from "@/api/connections";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import styles from "./ConnectionUse.module.css";
import { UserLink } from "./UserLink";

/** The datasets and index sets that need a connection. */
export function ConnectionUse({ ids }: { readonly ids: ConnectionIds }) {
  const { connections, frame } = useWords();
  const words = connections.use;
  const uses = useInfiniteQuery(usesQuery(ids));
  const users = uses.data?.pages.flatMap((page) => page.users ?? []) ?? [];
  return (
    <Section title={words.title}>
      {uses.isPending && <Skeleton lines={2} />}
      {uses.isError && <ErrorNote error={uses.error} />}
      {uses.isSuccess && <p>{users.length === 0 ? words.none : words.some}</p>}
      {users.length > 0 && (
        <ul className={styles["users"]} aria-label={words.title}>
          {users.map((name) => (
            <li key={name}>
              <UserLink name={name} />
            </li>
          ))}
        </ul>
      )}
      {uses.hasNextPage && (
        <div>
          <Button busy={uses.isFetchingNextPage} onClick={() => void uses.fetchNextPage()}>
            {frame.loadMore}
          </Button>
        </div>
      )}
    </Section>
  );
}
