import type { JobDraft, Problems } from "./draft";

/** What the fields of every kind of job are given. */
export interface FieldsProps {
  readonly draft: JobDraft;
  readonly change: (changed: Partial<JobDraft>) => void;
  readonly problems: Problems;
}
