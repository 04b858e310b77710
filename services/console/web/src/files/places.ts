/** A folder on the way from a bucket to where one is. */
export interface Step {
  readonly name: string;
  readonly uri: string;
}

/** The folder that a half-typed uri lies in; empty, the top of the connection, where it names no bucket yet. */
export function folderOf(uri: string): string {
  return /^[a-z0-9]+:\/\/.+\//.exec(uri.trim())?.[0] ?? "";
}

/** The bucket and the folders of a uri that ends in `/`, the nearest last; only from the folder `top` on, if it is given. */
export function stepsTo(uri: string, top = ""): readonly Step[] {
  const [, scheme = "", path = ""] = /^([a-z0-9]+:\/\/)(.*)$/.exec(uri) ?? [];
  const names = path.split("/").filter(Boolean);
  const begin = path.startsWith("/") ? `${scheme}/` : scheme;
  return names
    .map((name, at) => ({ name, uri: `${begin}${names.slice(0, at + 1).join("/")}/` }))
    .filter((step) => step.uri.startsWith(top));
}
