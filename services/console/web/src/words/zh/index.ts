import type { Words } from "../words";
import { dataset } from "./dataset";
import { datasets } from "./datasets";
import { frame } from "./frame";
import { labels } from "./labels";
import { newDataset } from "./newDataset";
import { signIn } from "./signIn";

export const zh: Words = { newDataset, labels, dataset, datasets, frame, signIn };
