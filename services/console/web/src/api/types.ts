import type { components } from "./schema";

type Schemas = components["schemas"];

export type Connection = Schemas["Connection"];
export type Dataset = Schemas["Dataset"];
export type ErrorReason = Schemas["ErrorReason"];
export type File = Schemas["File"];
export type IndexSet = Schemas["IndexSet"];
export type Job = Schemas["Job"];
export type JobLogLine = Schemas["JobLogLine"];
export type JobResult = Schemas["JobResult"];
export type JobState = Schemas["JobState"];
export type Model = Schemas["Model"];
export type ModelProtocol = Schemas["ModelServiceConfigProtocol"];
export type Selection = Schemas["Selection"];
export type TagDefinition = Schemas["TagDefinition"];
export type Version = Schemas["Version"];
