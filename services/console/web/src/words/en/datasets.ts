export const datasets = {
  title: "Datasets",
  lead: "A dataset follows a path in your object storage. It records where the files are and copies nothing.",
  create: "New dataset",
  search: "Filter by name",
  searchKey: "Filter the list",
  createKey: "New dataset",
  columns: {
    name: "Name",
    files: "Files",
    size: "Size",
    root: "Path",
    scanned: "Last scan",
  },
  neverScanned: "never",
  empty: {
    title: "No dataset yet",
    text: "Choose a bucket or folder with images; Bowerbird finds the files in it, tags them and lets you search them.",
    viewer: "Somebody with the role Editor can create the first one.",
  },
  noMatch: (text: string) => `No dataset is called like “${text}”.`,
  clear: "Show all",
};
