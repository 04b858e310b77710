import type { Words } from "../words";
import { datasets } from "./datasets";
import { frame } from "./frame";
import { signIn } from "./signIn";

export const zh: Words = { datasets, frame, signIn };
