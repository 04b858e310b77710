export const folders = {
  path: "Path of the folder that is shown",
  top: "All",
  contents: "What lies here",
  empty: "Nothing lies here",
};
