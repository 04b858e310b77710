import { datasets } from "./datasets";
import { frame } from "./frame";
import { signIn } from "./signIn";

export const en = { datasets, frame, signIn };
