export const labels = {
  title: "Labels",
  help: "Keys of 1 to 63 characters with values of at most 255; at most 64.",
  key: "Key",
  value: "Value",
  keyOf: (row: number) => `Key of label ${row}`,
  valueOf: (row: number) => `Value of label ${row}`,
  remove: (row: number) => `Remove label ${row}`,
  add: "Add label",
};
