import type { LinkProps } from "@tanstack/react-router";
import type { Words } from "@/words/words";

interface Entry {
  readonly label: (words: Words) => string;
  readonly link: LinkProps;
}

/** What the header leads to. */
export const navigation: readonly Entry[] = [
  { label: (words) => words.frame.datasets, link: { to: "/datasets" } },
  { label: (words) => words.frame.jobs, link: { to: "/jobs" } },
  { label: (words) => words.frame.tagDefinitions, link: { to: "/tag-definitions" } },
  { label: (words) => words.frame.connections, link: { to: "/connections" } },
];
