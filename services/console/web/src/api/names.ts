/** Names of resources, `workspaces/{workspace}/datasets/{dataset}/...`, and the ids in them: what routes and paths take. */

export interface DatasetIds {
  readonly workspace: string;
  readonly dataset: string;
}

export interface VersionIds extends DatasetIds {
  readonly version: string;
}

/** The id that a name ends with; empty for an empty name. */
export function idOf(name: string | undefined): string {
  return name?.split("/").at(-1) ?? "";
}

/** The id that follows a collection in a name: `idIn(name, "datasets")`; empty if the name has none. */
export function idIn(name: string | undefined, collection: string): string {
  const segments = name?.split("/") ?? [];
  const at = segments.indexOf(collection);
  return at === -1 ? "" : (segments[at + 1] ?? "");
}

export function datasetIds(name: string): DatasetIds {
  return { workspace: idIn(name, "workspaces"), dataset: idIn(name, "datasets") };
}

export function versionIds(name: string): VersionIds {
  return { ...datasetIds(name), version: idIn(name, "versions") };
}

export function datasetName({ workspace, dataset }: DatasetIds): string {
  return `workspaces/${workspace}/datasets/${dataset}`;
}

export function versionName({ workspace, dataset, version }: VersionIds): string {
  return `workspaces/${workspace}/datasets/${dataset}/versions/${version}`;
}
