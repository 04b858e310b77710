import { useQuery } from "@tanstack/react-query";
import { hitsQuery, PAGE_HITS, type Question } from "@/api/search";
import type { Hit } from "@/api/types";
import type { Pace } from "@/grid/useScaledScroll";

interface Hits {
  readonly at: (index: number) => Hit | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
}

/**
 * The hits of one row, from the one or two pages that hold them. A page is fetched when a row first wants it, and the call
 * ends when no row does any more; in a jump, only what is there already is shown.
 */
export function useHits(question: Question, first: number, count: number, pace: Pace): Hits {
  const onePage = Math.floor(first / PAGE_HITS);
  const otherPage = Math.floor((first + count - 1) / PAGE_HITS);
  const one = useQuery({ ...hitsQuery(question, onePage), enabled: pace !== "jump" });
  const other = useQuery({ ...hitsQuery(question, otherPage), enabled: pace !== "jump" && otherPage !== onePage });
  return {
    at: (index) => {
      const page = Math.floor(index / PAGE_HITS) === onePage ? one.data : other.data;
      return page?.hits[index % PAGE_HITS];
    },
    error: one.error ?? (otherPage === onePage ? null : other.error),
    retry: () => {
      if (one.isError) void one.refetch();
      if (other.isError) void other.refetch();
    },
  };
}
