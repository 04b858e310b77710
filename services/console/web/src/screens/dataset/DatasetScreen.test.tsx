import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.dataset;
const name = "workspaces/w/datasets/birds";
const version = { name: `${name}/versions/v1`, state: "STATE_OPEN", fileCount: "10", scanTime: "2026-01-01T00:00:00Z" };
const dataset = {
  name,
  storageConnection: "workspaces/w/connections/store",
  displayName: "Birds",
  etag: "e1",
  rootUri: "s3://bucket/birds",
  mountPath: "/mnt/data/",
};
const model = {
  name: "workspaces/w/connections/embed",
  modelService: { protocol: "PROTOCOL_EAS_EMBEDDING", models: [{ model: "small" }, { model: "large" }] },
};
const database = { name: "workspaces/w/connections/vectors", pgvector: { host: "db" } };
const indexSet = {
  name: `${version.name}/indexSets/1`,
  modelConnection: model.name,
  model: "small",
  databaseConnection: database.name,
  table: "bowerbird",
  metric: "METRIC_COSINE",
  fileCount: "4",
};
const answers = {
  [`GET /v1/${name}`]: { dataset },
  [`GET /v1/${name}/versions/latest`]: { version },
  [`GET /v1/${name}/versions`]: { versions: [version] },
  [`GET /v1/${indexSet.name}`]: { indexSet },
  "GET /v1/workspaces/w/connections": { connections: [model, database] },
  "GET /v1/workspaces/w/jobs": {},
};

describe("a dataset", () => {
  it("is indexed by a configuration that is saved, and then refreshed", async () => {
    let configured = false;
    const { user, calls } = await openConsole("/datasets/birds", {
      answers: {
        ...answers,
        [`GET /v1/${name}/versions/latest`]: () => ({
          version: configured ? { ...version, indexSet: indexSet.name } : version,
        }),
        [`POST /v1/${version.name}/indexSets`]: () => {
          configured = true;
          return { indexSet };
        },
        "POST /v1/workspaces/w/jobs": { job: { name: "workspaces/w/jobs/1" } },
      },
    });
    const index = within(await screen.findByRole("region", { name: words.index.title }));
    expect(await index.findByText(words.index.none)).toBeVisible();
    expect(index.getByRole("button", { name: words.index.refresh })).toBeDisabled();
    await user.click(index.getByRole("button", { name: words.index.save }));

    expect(await index.findByText("4 of 10 files are indexed")).toBeVisible();
    expect(index.getByRole("button", { name: words.index.save })).toBeDisabled();
    await user.click(index.getByRole("button", { name: words.index.refresh }));
    await waitFor(() => expect(calls.filter(({ method }) => method === "POST")).toHaveLength(2));
    const [saved, refreshed] = calls.filter(({ method }) => method === "POST");
    expect(saved?.body).toMatchObject({
      modelConnection: model.name,
      model: "small",
      databaseConnection: database.name,
    });
    expect(refreshed?.body).toEqual({ version: version.name, index: {} });
  });

  it("is scanned once at a time", async () => {
    const going = { name: "workspaces/w/jobs/1", version: version.name, scan: {}, state: "STATE_RUNNING" };
    let jobs: object[] = [];
    const { user } = await openConsole("/datasets/birds", {
      answers: {
        ...answers,
        "GET /v1/workspaces/w/jobs": () => ({ jobs }),
        "POST /v1/workspaces/w/jobs": () => {
          jobs = [going];
          return { job: going };
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: words.scanNow }));
    const scanning = await screen.findByRole("button", { name: words.scanning });
    expect(scanning).toHaveAttribute("aria-disabled", "true");
    const table = within(screen.getByRole("region", { name: en.jobs.title }));
    expect(table.getByText(en.jobs.states.STATE_RUNNING)).toBeVisible();
  });

  it("is changed only in the state that was seen", async () => {
    const { user, calls } = await openConsole("/datasets/birds", {
      answers: { ...answers, [`PATCH /v1/${name}`]: () => problem(409, "STATE_CONFLICT", "The dataset has changed.") },
    });
    const settings = within(await screen.findByRole("region", { name: words.settings.title }));
    const field = settings.getByLabelText(new RegExp(words.settings.displayName));
    await user.clear(field);
    await user.type(field, "Owls");
    await user.click(settings.getByRole("button", { name: en.frame.save }));
    expect(await settings.findByText(words.settings.conflict)).toBeVisible();
    const change = calls.find(({ method }) => method === "PATCH");
    expect(change?.path).toBe(`/v1/${name}?updateMask=displayName,mountPath,description,labels`);
    expect(change?.body).toMatchObject({ displayName: "Owls", etag: "e1" });
  });

  it("is deleted once its id was typed", async () => {
    const { user, calls } = await openConsole("/datasets/birds", {
      answers: { ...answers, [`DELETE /v1/${name}`]: {}, "GET /v1/workspaces/w/datasets": {} },
    });
    await user.click(await screen.findByRole("button", { name: words.settings.delete }));
    const asking = within(await screen.findByRole("alertdialog"));
    expect(asking.getByRole("button", { name: words.settings.delete })).toBeDisabled();
    await user.type(asking.getByLabelText(words.settings.deleteTyped("birds")), "birds");
    await user.click(asking.getByRole("button", { name: words.settings.delete }));
    await waitFor(() => expect(location.pathname).toBe("/datasets"));
    expect(calls.some(({ method }) => method === "DELETE")).toBe(true);
  });

  it("offers a viewer nothing that changes it", async () => {
    await openConsole("/datasets/birds", { answers, role: "ROLE_VIEWER" });
    expect(await screen.findByRole("heading", { level: 1, name: "Birds" })).toBeVisible();
    await screen.findByText(words.index.none);
    for (const button of [words.scanNow, words.index.save, words.settings.delete]) {
      expect(screen.queryByRole("button", { name: button })).toBeNull();
    }
  });
});
