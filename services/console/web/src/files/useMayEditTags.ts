import { useQuery } from "@tanstack/react-query";
import { versionQuery } from "@/api/datasets";
import type { VersionIds } from "@/api/names";
import { useMay } from "@/app/session";

/** Whether who is signed in may label files of a version by hand: a published one stays as it is. */
export function useMayEditTags(version: VersionIds): boolean {
  const isEditor = useMay("ROLE_EDITOR");
  const { data } = useQuery({ ...versionQuery(version), enabled: isEditor });
  return isEditor && data?.state !== "STATE_PUBLISHED";
}
