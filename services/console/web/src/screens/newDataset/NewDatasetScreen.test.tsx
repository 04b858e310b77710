import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ndjson, openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.newDataset;
const storage = { name: "workspaces/w/connections/store", s3: { endpoint: "https://s3.example" } };
const embedding = { name: "workspaces/w/connections/model", modelService: { protocol: "PROTOCOL_OPENAI_CHAT" } };
const answers = {
  "GET /v1/workspaces/w/connections": { connections: [storage, embedding] },
  "GET /v1/workspaces/w/connections/store:listFolder": { folders: [{ name: "bucket", uri: "s3://bucket/" }] },
  "GET /v1/workspaces/w/connections/store:listFolder?pageSize=200&uri=s3://bucket/": {
    folders: [{ name: "cats", uri: "s3://bucket/cats/" }],
    objects: [{ name: "a.jpg", uri: "s3://bucket/a.jpg", sizeBytes: "1000", contentType: "image/jpeg" }],
  },
  "GET /v1/workspaces/w/connections/store:listFolder?pageSize=200&uri=s3://bucket/cats/": {},
  "GET /v1/workspaces/w/connections/store:countObjects": () =>
    ndjson([
      { fileCount: "7" },
      { fileCount: "12", sizeBytes: "5000", skippedCount: "1", samplePaths: ["x.jpg"], done: true },
    ]),
};
const made = { name: "workspaces/w/datasets/cats", latestVersion: "workspaces/w/datasets/cats/versions/v1" };

describe("a new dataset", () => {
  it("is made of a folder that is picked and counted, and scanned", async () => {
    const { user, calls } = await openConsole("/new/dataset", {
      answers: {
        ...answers,
        "POST /v1/workspaces/w/datasets": { dataset: made },
        "POST /v1/workspaces/w/jobs": { job: { name: "workspaces/w/jobs/1" } },
        "GET /v1/workspaces/w/datasets/cats": { dataset: made },
        "GET /v1/workspaces/w/datasets/cats/versions/latest": { version: { name: made.latestVersion } },
        "GET /v1/workspaces/w/datasets/cats/versions": { versions: [{ name: made.latestVersion }] },
        "GET /v1/workspaces/w/jobs": {},
      },
    });
    await user.click(await screen.findByRole("button", { name: words.browse }));
    const picker = await screen.findByRole("dialog", { name: words.pickFolder });
    await user.click(await within(picker).findByRole("button", { name: "bucket" }));
    await user.click(await within(picker).findByRole("button", { name: "cats" }));
    expect(await within(picker).findByText(en.folders.empty)).toBeVisible();
    await user.click(within(picker).getByRole("button", { name: words.useFolder }));

    expect(await screen.findByText("12 images, 5 kB")).toBeVisible();
    expect(screen.getByText("x.jpg")).toBeVisible();
    await user.click(screen.getByRole("button", { name: words.submit }));

    expect(await screen.findByRole("heading", { level: 1, name: "cats" })).toBeVisible();
    const posts = calls.filter(({ method }) => method === "POST");
    expect(posts[0]?.path).toBe("/v1/workspaces/w/datasets?datasetId=cats");
    expect(posts[0]?.body).toMatchObject({ storageConnection: storage.name, rootUri: "s3://bucket/cats/" });
    expect(posts[1]?.body).toEqual({ version: made.latestVersion, scan: {} });
  });

  it("is picked from the folder of a connection, above which nothing is offered", async () => {
    const folder = { name: "workspaces/w/connections/disk", folder: { root: "/data/pictures" } };
    const list = "GET /v1/workspaces/w/connections/disk:listFolder?pageSize=200&uri=";
    const { user } = await openConsole("/new/dataset", {
      answers: {
        "GET /v1/workspaces/w/connections": { connections: [folder] },
        [`${list}file:///data/pictures/`]: { folders: [{ name: "cats", uri: "file:///data/pictures/cats/" }] },
        [`${list}file:///data/pictures/cats/`]: {},
        "GET /v1/workspaces/w/connections/disk:countObjects": () => ndjson([{ done: true }]),
      },
    });
    await user.type(await screen.findByLabelText(words.rootUri), "file:///etc/");
    await user.click(screen.getByRole("button", { name: words.browse }));
    const picker = await screen.findByRole("dialog", { name: words.pickFolder });
    await user.click(await within(picker).findByRole("button", { name: "cats" }));
    expect(await within(picker).findByText(words.emptyFolder)).toBeVisible();
    const steps = within(within(picker).getByRole("navigation")).getAllByRole("button");
    expect(steps.map(({ textContent }) => textContent)).toEqual(["/ pictures", "/ cats"]);
    await user.click(within(picker).getByRole("button", { name: "/ pictures" }));
    await within(picker).findByRole("button", { name: "cats" });
    await user.click(within(picker).getByRole("button", { name: words.useFolder }));
    expect(screen.getByLabelText(words.rootUri)).toHaveValue("file:///data/pictures/");
  });

  it("has no path if it is a logical one", async () => {
    const logical = { ...made, kind: "KIND_LOGICAL" };
    const { user, calls } = await openConsole("/new/dataset", {
      answers: {
        ...answers,
        "POST /v1/workspaces/w/datasets": { dataset: logical },
        "GET /v1/workspaces/w/datasets/cats": { dataset: logical },
        "GET /v1/workspaces/w/datasets/cats/versions/latest": { version: { name: made.latestVersion } },
        "GET /v1/workspaces/w/datasets/cats/versions": { versions: [{ name: made.latestVersion }] },
        "GET /v1/workspaces/w/jobs": {},
      },
    });
    await user.click(await screen.findByRole("combobox", { name: words.kind }));
    await user.click(await screen.findByRole("option", { name: /^Logical/ }));
    expect(screen.queryByLabelText(words.rootUri)).toBeNull();
    await user.type(screen.getByLabelText(words.id), "cats");
    await user.click(screen.getByRole("button", { name: words.submit }));
    expect(await screen.findByText(en.dataset.unfilled.title)).toBeVisible();
    expect(screen.queryByRole("button", { name: en.dataset.scanNow })).toBeNull();
    const posts = calls.filter(({ method }) => method === "POST");
    expect(posts.map(({ body }) => body)).toEqual([
      { kind: "KIND_LOGICAL", contentType: "CONTENT_TYPE_IMAGE", labels: {} },
    ]);
  });

  it("is refused before it is sent while something is missing", async () => {
    const { user, calls } = await openConsole("/new/dataset", { answers });
    await user.click(await screen.findByRole("button", { name: words.submit }));
    expect(await screen.findByText(words.mistakes.rootUri)).toBeVisible();
    expect(screen.getByText(words.mistakes.id)).toBeVisible();
    expect(calls.some(({ method }) => method === "POST")).toBe(false);
  });

  it("shows what the API refuses at the field", async () => {
    const { user } = await openConsole("/new/dataset", {
      answers: {
        ...answers,
        "POST /v1/workspaces/w/datasets": () => problem(409, "ALREADY_EXISTS", "The id cats is taken."),
      },
    });
    await user.type(await screen.findByLabelText(words.rootUri), "s3://bucket/cats/");
    await user.click(screen.getByRole("button", { name: words.submit }));
    expect(await screen.findByText("The id cats is taken.")).toBeVisible();
    expect(screen.getByLabelText(words.id)).toBeInvalid();
  });

  it("tells why the files of a path cannot be counted", async () => {
    const missing = () => problem(404, "BUCKET_NOT_FOUND", "There is no bucket x.");
    const { user } = await openConsole("/new/dataset", {
      answers: { ...answers, "GET /v1/workspaces/w/connections/store:countObjects": missing },
    });
    await user.type(await screen.findByLabelText(words.rootUri), "s3://x/");
    expect(await screen.findByText("There is no bucket x.")).toBeVisible();
  });

  it("is not offered to who may not make it", async () => {
    await openConsole("/new/dataset", { answers, role: "ROLE_VIEWER" });
    expect(await screen.findByText(words.notAllowed)).toBeVisible();
    expect(screen.queryByRole("button", { name: words.submit })).toBeNull();
  });
});
