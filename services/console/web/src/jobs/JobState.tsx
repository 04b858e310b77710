import type { ComponentProps } from "react";
import type { Job, JobState as State } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { useWords } from "@/words/words";

const kinds: Readonly<Record<State, NonNullable<ComponentProps<typeof Chip>["kind"]>>> = {
  STATE_PENDING: "plain",
  STATE_RUNNING: "accent",
  STATE_STOPPING: "warning",
  STATE_SUCCEEDED: "good",
  STATE_PARTIALLY_FAILED: "warning",
  STATE_FAILED: "bad",
  STATE_STOPPED: "plain",
};

/** Where a job is in its life. */
export function JobState({ job }: { readonly job: Job }) {
  const words = useWords().jobs;
  const state = job.state ?? "STATE_PENDING";
  return <Chip kind={kinds[state]}>{words.states[state]}</Chip>;
}
