import { createContext, type MouseEvent, use } from "react";
import type { Question } from "@/api/search";
import type { Hit } from "@/api/types";
import type { Selection } from "./selection";

/** What every tile needs to know and may do. */
export interface Results {
  readonly question: Question;
  readonly selection: Selection;
  readonly active: number;
  readonly isList: boolean;
  /** A click on a hit: opens it, or chooses it. */
  readonly onClick: (index: number, hit: Hit, event: MouseEvent) => void;
  readonly onToggle: (index: number, hit: Hit, event: MouseEvent) => void;
  readonly onOpen: (index: number, hit: Hit) => void;
  readonly onSimilar: (hit: Hit) => void;
}

export const ResultsContext = createContext<Results | null>(null);

export function useResults(): Results {
  const results = use(ResultsContext);
  if (results === null) throw new Error("useResults is for tiles below ResultsContext");
  return results;
}
