import type { LinkProps } from "@tanstack/react-router";
import type { Words } from "@/words/words";

interface Entry {
  readonly label: (words: Words) => string;
  readonly link: LinkProps;
}

/** What the header leads to. */
export const navigation: readonly Entry[] = [
  { label: (words) => words.frame.datasets, link: { to: "/datasets" } },
  { label: (words) => words.frame.connections, link: { to: "/connections" } },
];
