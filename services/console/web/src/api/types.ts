import type { components } from "./schema";

type Schemas = components["schemas"];

export type Connection = Schemas["Connection"];
export type Dataset = Schemas["Dataset"];
export type File = Schemas["File"];
export type IndexSet = Schemas["IndexSet"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type Model = Schemas["Model"];
export type Version = Schemas["Version"];
