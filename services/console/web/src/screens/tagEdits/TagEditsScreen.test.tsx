import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ndjson, openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.tagEdits;
const version = "workspaces/w/datasets/birds/versions/v1";
const address = "/datasets/birds/versions/v1/tag-edits";
const list = `GET /v1/${version}/tagEdits`;
const editor = "workspaces/w/tokens/ann";
const edit = (id: number, more: object) => ({
  name: `${version}/tagEdits/${id}`,
  changes: { add: [`tag ${id}`] },
  state: "STATE_DONE",
  fileCount: "2000",
  processedFileCount: "2000",
  changedFileCount: "1500",
  editor,
  createTime: "2026-01-01T00:00:00Z",
  ...more,
});
const answers = {
  "GET /v1/workspaces/w/datasets/birds": { dataset: { displayName: "Birds" } },
  [`GET /v1/${version}`]: { version: { name: version, state: "STATE_OPEN" } },
};
const row = async (text: RegExp) => within(await screen.findByRole("row", { name: text }));

describe("the history of labels", () => {
  it("says who changed what, of which files, and why an edit cannot be undone", async () => {
    const edits = [
      edit(5, { state: "STATE_RUNNING", job: "workspaces/w/jobs/7", processedFileCount: "500", expression: "" }),
      edit(4, { changes: { add: ["a"], reject: ["b"] }, expression: 'tags.all = "bird"' }),
      edit(3, { state: "STATE_UNDONE", undoer: editor, undoTime: "2026-01-02T00:00:00Z", revertedFileCount: "1400" }),
      edit(2, { changedFileCount: "0", notes: ["No file has the tag."] }),
    ];
    await openConsole(address, { answers: { ...answers, [list]: { tagEdits: edits } } });
    const running = await row(/tag 5/);
    expect(running.getByText("500 of 2,000")).toBeVisible();
    expect(running.getByText(words.whyNot.running)).toBeVisible();
    expect(running.getByRole("link", { name: words.job })).toHaveAttribute("href", "/jobs/7");
    expect(running.getByRole("link", { name: words.every })).toHaveAttribute(
      "href",
      "/datasets/birds/versions/v1/data",
    );

    const done = await row(/tags\.all = "bird"/);
    expect(done.getByText("ann")).toBeVisible();
    expect(done.getByText("1,500 of 2,000")).toBeVisible();
    expect(done.getByRole("button", { name: "Undo: added a; rejected b" })).toBeEnabled();
    const query = new URL(done.getByRole("link").getAttribute("href") ?? "", location.origin).searchParams.get("expr");
    expect(query).toContain("tags.all = ");

    const undone = await row(/tag 3/);
    expect(undone.getByText("1,400 files changed back")).toBeVisible();
    expect(undone.getByText(words.whyNot.undone)).toBeVisible();
    const nothing = await row(/tag 2/);
    expect(nothing.getByText("No file has the tag.")).toBeVisible();
    expect(nothing.getByText(words.chosen)).toBeVisible();
    expect(nothing.getByText(words.whyNot.changedNothing)).toBeVisible();
  });

  it("undoes an edit once somebody has said yes, and shows that it is undone", async () => {
    let undone = false;
    const now = () => edit(1, undone ? { state: "STATE_UNDONE", revertedFileCount: "1500" } : {});
    const { user, calls } = await openConsole(address, {
      answers: {
        ...answers,
        [list]: () => ({ tagEdits: [now()] }),
        [`POST /v1/${version}/tagEdits/1:undo`]: () => {
          undone = true;
          return { tagEdit: now() };
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Undo: added tag 1" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: words.asked.title("1,500") }));
    await user.click(dialog.getByRole("button", { name: en.frame.cancel }));
    expect(calls.some(({ method }) => method === "POST")).toBe(false);

    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await user.keyboard("u");
    const again = within(await screen.findByRole("alertdialog"));
    await user.click(again.getByRole("button", { name: words.undo }));
    expect((await screen.findAllByText(en.data.label.undone("1,500")))[0]).toBeVisible();
    expect(await screen.findByText(words.states.STATE_UNDONE)).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Undo/ })).toBeNull();
  });

  it("asks about the newest edit once it is known, where the key was pressed before", async () => {
    let come: (answer: object) => void = () => undefined;
    const edits = new Promise<object>((resolve) => {
      come = resolve;
    });
    const { user } = await openConsole(address, { answers: { ...answers, [list]: () => edits } });
    await screen.findByRole("heading", { name: words.title });
    await user.keyboard("u");
    come({ tagEdits: [edit(1, {})] });
    expect(await screen.findByRole("alertdialog", { name: words.asked.title("1,500") })).toBeVisible();
  });

  it("follows a large undoing to its end", async () => {
    const job = "workspaces/w/jobs/9";
    const states = ["STATE_DONE", "STATE_UNDOING", "STATE_UNDONE"] as const;
    let at = 0;
    const now = () => edit(1, { state: states[at], changedFileCount: "20000", ...(at > 0 && { undoJob: job }) });
    const { user } = await openConsole(address, {
      answers: {
        ...answers,
        [list]: () => ({ tagEdits: [now()] }),
        [`GET /v1/${version}/tagEdits/1`]: () => ({ tagEdit: { ...now(), revertedFileCount: "20000" } }),
        [`POST /v1/${version}/tagEdits/1:undo`]: () => {
          at = 1;
          return { tagEdit: now() };
        },
        [`GET /v1/${job}:watch`]: () =>
          ndjson(
            (async function* () {
              yield { job: { name: job, state: "STATE_RUNNING" } };
              await screen.findByText(words.whyNot.undoing);
              at = 2;
              yield { job: { name: job, state: "STATE_SUCCEEDED" } };
            })(),
          ),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Undo: added tag 1" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: words.undo }));
    expect(await screen.findByText(words.states.STATE_UNDONE)).toBeVisible();
    expect((await screen.findAllByText(en.data.label.undone("20,000")))[0]).toBeVisible();
  });

  it("shows the next page when asked", async () => {
    const { user } = await openConsole(address, {
      answers: {
        ...answers,
        [list]: { tagEdits: [edit(2, {})], nextPageToken: "older" },
        [`${list}?pageSize=50&pageToken=older`]: { tagEdits: [edit(1, {})] },
      },
    });
    await user.click(await screen.findByRole("button", { name: en.frame.loadMore }));
    await row(/tag 1/);
    expect(screen.queryByRole("button", { name: en.frame.loadMore })).toBeNull();
  });

  it("offers no undoing to a viewer, and none in a published version", async () => {
    const published = {
      ...answers,
      [`GET /v1/${version}`]: { version: { name: version, state: "STATE_PUBLISHED" } },
      [list]: { tagEdits: [edit(1, {})] },
    };
    const { view } = await openConsole(address, { answers: published });
    await screen.findByText(words.whyNot.published);
    expect(screen.queryByRole("button", { name: /^Undo/ })).toBeNull();
    view.unmount();
    await openConsole(address, { answers: { ...published, ...answers }, role: "ROLE_VIEWER" });
    await row(/tag 1/);
    expect(screen.queryByRole("columnheader", { name: words.columns.undo })).toBeNull();
    expect(screen.queryByRole("button", { name: /^Undo/ })).toBeNull();
  });

  it("says what to do where nobody has labelled, and what failed", async () => {
    let fails = true;
    const { user } = await openConsole(address, {
      answers: { ...answers, [list]: () => (fails ? problem(500, "INTERNAL", "It broke.") : {}) },
    });
    const again = await screen.findByRole("button", { name: en.frame.retry });
    fails = false;
    await user.click(again);
    expect(await screen.findByText(words.empty.title)).toBeVisible();
    expect(screen.getAllByRole("link", { name: words.viewData })[0]).toHaveAttribute(
      "href",
      "/datasets/birds/versions/v1/data",
    );
  });
});
