// What a person at the screen sees, and since when: `bench.when(state)` answers with the moment, in milliseconds since
// 1970, behind the frame in which the screen first was in that state. Looked at once a frame, before it is painted.
(() => {
  const main = () => document.querySelector("main");
  const grid = () => document.querySelector("main [role=grid]");

  function cellsInView() {
    const box = grid()?.getBoundingClientRect();
    if (box === undefined) return [];
    return [...grid().querySelectorAll("[role=gridcell]")].filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      return bottom > box.top && top < box.bottom;
    });
  }

  function isShown(image) {
    return image.complete && image.naturalWidth > 0 && Number(getComputedStyle(image).opacity) === 1;
  }

  const states = {
    // Every tile in view says which file it is.
    named() {
      const cells = cellsInView();
      return cells.length > 0 && cells.every((cell) => cell.ariaBusy !== "true");
    },
    // And shows its picture.
    pictured() {
      const cells = cellsInView();
      return states.named() && cells.every((cell) => [...cell.querySelectorAll("img")].some(isShown));
    },
    // And nothing else is on its way: counts of filters neither.
    filled() {
      return states.pictured() && main().querySelector("[aria-busy=true]") === null && filters().length > 0;
    },
    // The grid and the filters show what was asked for last, whatever pictures are still to come.
    answered() {
      return states.named() && main().querySelector("[aria-busy=true]") === null;
    },
  };

  const filters = () => main()?.querySelectorAll("aside button[aria-pressed]") ?? [];

  function when(state, isNew = () => true) {
    return new Promise((resolve) => {
      const look = () => {
        if (isNew() && states[state]()) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
        else requestAnimationFrame(look);
      };
      look();
    });
  }

  globalThis.bench = {
    when: async (state) => performance.timeOrigin + (await when(state)),
    // As `when`, once other tiles are in view than these.
    whenElsewhere: async (state, names) => performance.timeOrigin + (await when(state, () => bench.names() !== names)),
    // Milliseconds from the next click until the screen is in the state, with other files than before.
    async afterClick(state) {
      const total = bench.total();
      const click = new Promise((resolve) => addEventListener("click", resolve, { capture: true, once: true }));
      const begin = (await click).timeStamp;
      return (await when(state, () => bench.total() !== total)) - begin;
    },
    // The files whose tiles are in view.
    names: () =>
      cellsInView()
        .map((cell) => cell.title)
        .join("\n"),
    inView: () => cellsInView().length,
    // How many files there are, in words.
    total: () => main()?.querySelector("[role=status]")?.textContent ?? "",
  };
})();
