import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Call, openConsole } from "@/tests/openConsole";
import { en } from "@/words/en";
// Loaded before any test waits for them: on a busy machine that takes longer than a test should.
import "./DataScreen";
import "./ExpressionEditor";

const words = en.data;
const path = "/v1/workspaces/w/datasets/d/versions/v1";
const address = "/datasets/d/versions/v1/data";
const dataset = {
  name: "workspaces/w/datasets/d",
  rootUri: "s3://bucket/photos",
  storageConnection: "workspaces/w/connections/store",
};
const hits = [{ file: { name: `${path.slice(4)}/files/f`, path: "hen.png", indexTime: "2026-01-01T00:00:00Z" } }];
const list = "GET /v1/workspaces/w/connections/store:listFolder?pageSize=200&uri=s3://bucket/photos/";
const answers = {
  "GET /v1/workspaces/w/datasets/d": { dataset },
  [`POST ${path}:search`]: { hits, total: "1" },
  [`POST ${path}:countFacets`]: {
    facets: [
      { field: "FIELD_TAGS", counts: [{ value: "bird", count: "7" }] },
      { field: "FIELD_DIRECTORY", counts: [{ value: "animals", count: "7" }] },
    ],
  },
  [`POST ${path}:countHistograms`]: {
    histograms: [{ field: "FIELD_SIZE", bounds: [1000, 3000, 9000], counts: ["3", "7"] }],
  },
  [list]: { folders: [{ name: "animals", uri: "s3://bucket/photos/animals/" }] },
  [`${list}animals/`]: {
    objects: [
      { name: "hen.png", uri: "s3://bucket/photos/animals/hen.png", sizeBytes: "10", contentType: "image/png" },
      { name: "notes.txt", uri: "s3://bucket/photos/animals/notes.txt", sizeBytes: "10" },
    ],
  },
};

/** What was asked for by calls of one kind, the latest last. */
function queries(calls: readonly Call[], verb: string): readonly unknown[] {
  return calls.filter((call) => call.path === `${path}:${verb}`).map(({ body }) => (body as { query: unknown }).query);
}

const view = () => Object.fromEntries(new URLSearchParams(location.search));

describe("searches to try", () => {
  it("are made of what the version has, and asked by a click", async () => {
    const { user, calls } = await openConsole(address, { answers });
    const row = await screen.findByRole("region", { name: words.examples.title });
    await user.click(within(row).getByRole("button", { name: words.chip.text("bird") }));
    await waitFor(() => expect(view()).toEqual({ q: "bird" }));
    expect(screen.queryByRole("region", { name: words.examples.title })).toBeNull();
    expect(screen.getByRole("textbox", { name: words.search })).toHaveValue("bird");
    await waitFor(() => expect(queries(calls, "countFacets")).toContainEqual({ text: "bird", topK: 100 }));
    // What the filters had fetched was not fetched again: as many times as the hits, of which there is one list.
    expect(queries(calls, "countFacets")).toEqual(queries(calls, "search"));
  });

  it("show a query of the query language where it can be changed", async () => {
    const { user } = await openConsole(address, { answers });
    await user.click(await screen.findByRole("button", { name: 'size_bytes >= 3KB AND tags.all = "bird"' }));
    expect(await screen.findByRole("button", { name: words.queryLanguage, pressed: true })).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Remove size_bytes/ }));
    expect(await screen.findByRole("textbox", { name: words.search })).toBeVisible();
  });

  it("stay hidden once they are, until they are wanted again", async () => {
    const { user, view: shown } = await openConsole(address, { answers });
    await user.click(await screen.findByRole("button", { name: words.examples.hide }));
    expect(screen.queryByRole("region", { name: words.examples.title })).toBeNull();
    shown.unmount();
    const again = await openConsole(address, { answers });
    await again.user.click(await screen.findByRole("button", { name: words.examples.show }));
    expect(await screen.findByRole("region", { name: words.examples.title })).toBeVisible();
  });

  it("give way to what a version without tags and index needs first", async () => {
    const bare = {
      ...answers,
      [`POST ${path}:search`]: { hits: [{ file: { name: `${path.slice(4)}/files/f`, path: "x.png" } }], total: "1" },
      [`POST ${path}:countFacets`]: { facets: [] },
    };
    await openConsole(address, { answers: bare });
    expect(await screen.findByText(words.examples.nothing)).toBeVisible();
    const tagging = screen.getByRole("link", { name: words.examples.startTagging });
    expect(tagging).toHaveAttribute("href", "/new/job?kind=tag&dataset=d");
    expect(screen.getByRole("link", { name: words.examples.configureIndex })).toHaveAttribute("href", "/datasets/d");
  });
});

describe("a name", () => {
  it("is asked for while one types, as one step, and named by a chip that takes it away", async () => {
    const { user, calls } = await openConsole(address, { answers });
    const steps = window.history.length;
    const box = await screen.findByRole("searchbox", { name: words.nameHas });
    await user.type(box, "hen ");
    await waitFor(() => expect(view()).toEqual({ name: "hen" }));
    await user.type(box, "x{Enter}");
    await waitFor(() => expect(view()).toEqual({ name: "hen x" }));
    expect(window.history.length).toBe(steps + 1);
    expect(queries(calls, "search")).toContainEqual({ fileName: "hen x" });
    expect(queries(calls, "countFacets")).toContainEqual({ fileName: "hen x" });
    await user.click(screen.getByRole("button", { name: words.removeCondition(words.chip.name("hen x")) }));
    await waitFor(() => expect(view()).toEqual({}));
    expect(box).toHaveValue("");
  });
});

describe("an image", () => {
  it("of the bucket is picked with the keyboard, and searched by", async () => {
    const { user, calls } = await openConsole(address, { answers });
    await user.click(await screen.findByRole("button", { name: words.pickImage }));
    await user.click(await screen.findByRole("menuitem", { name: words.fromBucket }));
    const dialog = await screen.findByRole("dialog", { name: words.pickFromBucket });
    // Above the root of the dataset there is nothing to pick.
    const steps = within(dialog).getByRole("navigation", { name: en.folders.path });
    expect(within(steps).getAllByRole("button")).toHaveLength(1);
    (await within(dialog).findByRole("button", { name: "animals" })).focus();
    await user.keyboard("{Enter}");
    const picture = await within(dialog).findByRole("button", { name: /^hen\.png/ });
    await waitFor(() => expect(picture).toHaveFocus());
    expect(within(dialog).queryByRole("button", { name: /^notes/ })).toBeNull();
    await user.keyboard("{Enter}");
    const uri = "s3://bucket/photos/animals/hen.png";
    await waitFor(() => expect(view()).toEqual({ uri }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(queries(calls, "search")).toContainEqual({ imageUri: uri, topK: 100 });
  });

  it("of the bucket is not offered to who may not look into it", async () => {
    const { user } = await openConsole(address, { answers, role: "ROLE_VIEWER" });
    await user.click(await screen.findByRole("button", { name: words.pickImage }));
    expect(await screen.findByRole("menuitem", { name: words.fromComputer })).toBeVisible();
    expect(screen.queryByRole("menuitem", { name: words.fromBucket })).toBeNull();
  });

  it("is named by a uri that is pasted whole, or typed up to Enter", async () => {
    const { user } = await openConsole(address, { answers });
    const box = await screen.findByRole("textbox", { name: words.search });
    await user.click(box);
    await user.paste(" s3://bucket/photos/a.png\n");
    await waitFor(() => expect(view()).toEqual({ uri: "s3://bucket/photos/a.png" }));
    expect(box).toHaveValue("");
    await user.type(box, "s3://bucket/photos/b.png{Enter}");
    await waitFor(() => expect(view()).toEqual({ uri: "s3://bucket/photos/b.png" }));
  });
});

describe("the search bar", () => {
  it("has the focus after / that was pressed before the screen was there", async () => {
    const { user } = await openConsole(address, { answers });
    await user.keyboard("/");
    await waitFor(() => expect(screen.getByRole("textbox", { name: words.search })).toHaveFocus());
  });

  it("keeps a space that is typed while the words before it are searched for", async () => {
    const { user } = await openConsole(address, { answers });
    const box = await screen.findByRole("textbox", { name: words.search });
    await user.type(box, "a ");
    await waitFor(() => expect(view()).toEqual({ q: "a" }));
    await user.type(box, "bird");
    expect(box).toHaveValue("a bird");
    await waitFor(() => expect(view()).toEqual({ q: "a bird" }));
  });
});
