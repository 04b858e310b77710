import type { Words } from "../words";

export const labels: Words["labels"] = {
  title: "标签（键值对）",
  help: "键为 1 到 63 个字符，值最多 255 个字符；最多 64 个。",
  key: "键",
  value: "值",
  keyOf: (row) => `第 ${row} 个标签的键`,
  valueOf: (row) => `第 ${row} 个标签的值`,
  remove: (row) => `移除第 ${row} 个标签`,
  add: "添加标签",
};
