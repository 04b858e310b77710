import type { Words } from "../words";

export const datasets: Words["datasets"] = {
  title: "数据集",
  lead: "数据集跟随对象存储中的一个路径，只记录文件的位置，不复制文件。",
  create: "新建数据集",
  search: "按名称筛选",
  searchKey: "筛选列表",
  columns: {
    name: "名称",
    files: "文件数",
    size: "大小",
    data: "数据",
    root: "路径",
    scanned: "上次扫描",
    state: "状态",
  },
  viewData: "查看数据",
  viewDataOf: (name) => `查看 ${name} 的数据`,
  neverScanned: "从未",
  empty: {
    title: "还没有数据集",
    text: "选择一个存有图片的存储桶或文件夹，Bowerbird 会找到其中的文件，为它们打标签并供您搜索。",
    viewer: "具有“编辑者”角色的成员可以创建第一个数据集。",
  },
  noMatch: (text) => `没有名称类似“${text}”的数据集。`,
  clear: "显示全部",
};
