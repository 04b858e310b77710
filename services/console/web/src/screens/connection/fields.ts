import type { ConnectionDraft } from "./draft";
import type { Problems } from "./problems";

/** What the fields of every kind of connection are given. */
export interface FieldsProps {
  readonly draft: ConnectionDraft;
  readonly change: (changed: Partial<ConnectionDraft>) => void;
  readonly problems: Problems;
  readonly secretKept: boolean;
  /** The etag of the state that is edited: with another one, whoever was replacing the secret has done so. */
  readonly etag: string | undefined;
}
