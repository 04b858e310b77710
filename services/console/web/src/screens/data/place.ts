/** The place in a string of a column, which counts characters from 1. */
export function placeOf(text: string, column: number): number {
  return Array.from(text)
    .slice(0, column - 1)
    .join("").length;
}
