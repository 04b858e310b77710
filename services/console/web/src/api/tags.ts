import type { File } from "./types";

/** The tags that hold for a file: ai + user - rejected. In the order of their givers: models, then people. */
export function tagsThatHold(tags: File["tags"]): readonly string[] {
  const rejected = new Set(tags?.rejected);
  return [...new Set([...(tags?.ai ?? []), ...(tags?.user ?? [])])].filter((tag) => !rejected.has(tag));
}
