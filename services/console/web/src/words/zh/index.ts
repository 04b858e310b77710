import type { Words } from "../words";
import { connections } from "./connections";
import { dataset } from "./dataset";
import { datasets } from "./datasets";
import { frame } from "./frame";
import { labels } from "./labels";
import { newDataset } from "./newDataset";
import { signIn } from "./signIn";

export const zh: Words = { newDataset, labels, dataset, connections, datasets, frame, signIn };
