/** All items of a list that comes in pages: `page` asks for the one behind a token. */
export async function allPages<Item>(
  page: (token: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const { items, next } = await page(token);
    found.push(...items);
    token = next === "" ? undefined : next;
  } while (token !== undefined);
  return found;
}
