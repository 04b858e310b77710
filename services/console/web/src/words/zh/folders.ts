import type { Words } from "../words";

export const folders: Words["folders"] = {
  path: "当前文件夹的路径",
  top: "全部",
  contents: "此处的内容",
  empty: "这里没有内容",
};
