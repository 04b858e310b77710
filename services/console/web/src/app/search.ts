/** Reads one search parameter of an address, where anybody may have written anything. */

export function textIn(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function flagIn(value: unknown): true | undefined {
  return value === true || value === "true" || value === 1 ? true : undefined;
}

export function oneOf<Value extends string>(value: unknown, values: readonly Value[]): Value | undefined {
  return values.find((one) => one === value);
}

/** Leaves out what is undefined, so that it does not stand in the address. */
export function present<Search extends object>(
  search: Search,
): { [Key in keyof Search]?: Exclude<Search[Key], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Search]?: Exclude<Search[Key], undefined>;
  };
}
