import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ndjson, openConsole, problem } from "@/tests/openConsole";

const created = { job: { name: "workspaces/w/jobs/9", scan: {}, state: "STATE_SUCCEEDED" } };
const select = "/v1/workspaces/w/datasets/photos/versions/latest:select";
const answers = {
  "GET /v1/workspaces/w/datasets": { datasets: [{ name: "workspaces/w/datasets/photos", rootUri: "s3://b/photos" }] },
  "GET /v1/workspaces/w/datasets/photos/versions": { versions: [{ name: "workspaces/w/datasets/photos/versions/v1" }] },
  "GET /v1/workspaces/w/connections": {
    connections: [
      {
        name: "workspaces/w/connections/qwen",
        modelService: { protocol: "PROTOCOL_OPENAI_CHAT", models: [{ model: "small" }, { model: "large" }] },
      },
      { name: "workspaces/w/connections/embedding", modelService: { protocol: "PROTOCOL_EAS_EMBEDDING" } },
    ],
  },
  "GET /v1/workspaces/w/tagDefinitions": { tagDefinitions: [{ name: "workspaces/w/tagDefinitions/birds" }] },
  "POST /v1/workspaces/w/jobs": created,
  "GET /v1/workspaces/w/jobs/9": created,
  "GET /v1/workspaces/w/jobs/9:readLog": () => ndjson([]),
};

describe("the form of a new job", () => {
  it("starts a tagging job with what was chosen, which stands in the address", async () => {
    const { calls, user } = await openConsole("/new/job?dataset=photos", { answers });
    const choose = async (name: string, option: string) => {
      await user.click(await screen.findByRole("combobox", { name }));
      await user.click(await screen.findByRole("option", { name: new RegExp(`^${option}`) }));
    };
    await user.click(await screen.findByRole("button", { name: "Start" }));
    await waitFor(() => expect(screen.getAllByText("This is needed.")).toHaveLength(2));
    await user.click(screen.getByRole("combobox", { name: "Model connection" }));
    await screen.findByRole("option", { name: "qwen" });
    expect(screen.queryByRole("option", { name: "embedding" })).toBeNull();
    await user.keyboard("{Escape}");
    await choose("Model connection", "qwen");
    await choose("Model", "large");
    await choose("Tag definition", "birds");
    await choose("Which files", "All files");
    await waitFor(() => expect(location.search).toContain("definition=birds"));
    await user.click(screen.getByRole("button", { name: "Start" }));
    await waitFor(() => expect(location.pathname).toBe("/jobs/9"));
    const post = calls.find(({ method }) => method === "POST");
    expect(post?.path).toMatch(/\?requestId=[0-9a-f]{32}$/);
    expect(post?.body).toEqual({
      version: "workspaces/w/datasets/photos/versions/latest",
      tag: {
        modelConnection: "workspaces/w/connections/qwen",
        tagDefinition: "workspaces/w/tagDefinitions/birds",
        model: "large",
        mode: "JOB_MODE_FULL",
        maxConcurrency: 8,
      },
    });
  });

  it("exports what a query selects, with the attributes that were left", async () => {
    const version = "workspaces/w/datasets/photos/versions/v1";
    const { calls, user } = await openConsole(
      "/new/job?kind=export&dataset=photos&expression=Tags.all='bird'&destination=s3://b/exports",
      { answers: { ...answers, [`POST ${select}`]: { selection: { version, ordinals: "AAA=" }, total: "3" } } },
    );
    await user.click(await screen.findByRole("checkbox", { name: "Score" }));
    await user.click(screen.getByRole("button", { name: "Start" }));
    await waitFor(() => expect(location.pathname).toBe("/jobs/9"));
    const [asked, post] = calls.filter(({ method }) => method === "POST");
    expect(asked?.body).toEqual({ query: { expression: "Tags.all='bird'" } });
    expect(post?.body).toMatchObject({
      version,
      export: { destinationUri: "s3://b/exports", selection: { version, ordinals: "AAA=" } },
    });
    const { filteredAttributes = [] } = (post?.body as { export?: { filteredAttributes?: string[] } })?.export ?? {};
    expect(filteredAttributes).toHaveLength(15);
    expect(filteredAttributes).not.toContain("Score");
  });

  it("shows a wrong query at its field, and that no file is like that", async () => {
    let asked = 0;
    const { calls, user } = await openConsole("/new/job?kind=export&dataset=photos&destination=s3://b/exports", {
      answers: {
        ...answers,
        [`POST ${select}`]: () =>
          asked++ === 0 ? problem(400, "QUERY_INVALID", "wrong at column 3") : { selection: {} },
      },
    });
    await user.type(await screen.findByLabelText(/^Which files/), "?");
    await user.click(screen.getByRole("button", { name: "Start" }));
    await screen.findByText("wrong at column 3");
    await user.click(screen.getByRole("button", { name: "Start" }));
    await screen.findByText("No file is like that.");
    expect(calls.some((call) => call.method === "POST" && call.path.startsWith("/v1/workspaces/w/jobs"))).toBe(false);
  });

  it("says where to configure an index that is not there", async () => {
    await openConsole("/new/job?kind=index&dataset=photos", {
      answers: { ...answers, "GET /v1/workspaces/w/datasets/photos/versions/latest": { version: { name: "v1" } } },
    });
    await screen.findByText(/no index set yet/);
    expect(screen.getByRole("link", { name: "Configure it at the dataset" })).toHaveAttribute(
      "href",
      "/datasets/photos",
    );
  });

  it("is not offered to a viewer", async () => {
    await openConsole("/new/job", { answers, role: "ROLE_VIEWER" });
    await screen.findByText(/needs the role/);
    expect(screen.queryByRole("button", { name: "Start" })).toBeNull();
  });
});
