import type { Words } from "../words";
import { connections } from "./connections";
import { data } from "./data";
import { dataset } from "./dataset";
import { datasets } from "./datasets";
import { file } from "./file";
import { folders } from "./folders";
import { frame } from "./frame";
import { jobs } from "./jobs";
import { labels } from "./labels";
import { newDataset } from "./newDataset";
import { signIn } from "./signIn";
import { tagDefinitions } from "./tagDefinitions";
import { tagEdits } from "./tagEdits";

export const zh: Words = {
  tagDefinitions,
  tagEdits,
  jobs,
  data,
  file,
  newDataset,
  labels,
  dataset,
  connections,
  datasets,
  folders,
  frame,
  signIn,
};
