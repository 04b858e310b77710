import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole } from "@/tests/openConsole";

const path = "/v1/workspaces/w/jobs";
const version = "workspaces/w/datasets/photos/versions/v1";
const job = (id: number, more: object) => ({ name: `workspaces/w/jobs/${id}`, version, ...more });
const first = {
  jobs: [
    job(9, { tag: {}, state: "STATE_RUNNING", progress: { total: "1000", done: "240", failed: "10" } }),
    job(8, { index: {}, state: "STATE_FAILED", message: "the database does not answer" }),
  ],
  nextPageToken: "older",
};
const second = { jobs: [job(1, { scan: {}, state: "STATE_SUCCEEDED", scanSummary: { added: "7" } })] };
const answers = {
  "GET /v1/workspaces/w/datasets": { datasets: [{ name: "workspaces/w/datasets/photos", displayName: "Photos" }] },
  [`GET ${path}`]: first,
  [`GET ${path}?pageSize=200&pageToken=older`]: second,
};
const jobNames = async () =>
  within(await screen.findByRole("table"))
    .getAllByRole("link", { name: /\d$/ })
    .map(({ textContent }) => textContent);

describe("the list of jobs", () => {
  it("shows how far each is, and what came of it", async () => {
    const { user } = await openConsole("/jobs", { answers });
    await screen.findByText("240 of 1,000");
    expect(screen.getByText(/10 failed/)).toBeVisible();
    expect(screen.getByText("the database does not answer")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show more" }));
    await screen.findByText("7 new, 0 changed, 0 gone");
  });

  it("asks for the jobs of a kind in a state that stand in the address", async () => {
    const failed = `GET ${path}?pageSize=200&kinds=JOB_KIND_INDEX&states=STATE_FAILED`;
    const done = `GET ${path}?pageSize=200&kinds=JOB_KIND_INDEX&states=STATE_SUCCEEDED`;
    const { user } = await openConsole("/jobs?kind=index&state=STATE_FAILED", {
      answers: { ...answers, [failed]: { jobs: first.jobs.slice(1) }, [done]: {} },
    });
    expect(await jobNames()).toEqual(["Indexing 8"]);
    await user.click(screen.getByRole("combobox", { name: "State" }));
    await user.click(await screen.findByRole("option", { name: "Done" }));
    await screen.findByText("No job is like that.");
    expect(location.search).toContain("state=STATE_SUCCEEDED");
    await user.click(screen.getByRole("button", { name: "Show all" }));
    await waitFor(async () => expect(await jobNames()).toHaveLength(2));
    expect(location.search).toBe("");
  });

  it("shows those that have not ended", async () => {
    const active = `${path}?pageSize=200&states=STATE_PENDING&states=STATE_RUNNING&states=STATE_STOPPING`;
    const { user } = await openConsole("/jobs", {
      answers: { ...answers, [`GET ${active}`]: { jobs: first.jobs.slice(0, 1) } },
    });
    await user.click(await screen.findByRole("combobox", { name: "State" }));
    await user.click(await screen.findByRole("option", { name: "Not ended" }));
    await waitFor(async () => expect(await jobNames()).toEqual(["Tagging 9"]));
    expect(location.search).toBe("?state=active");
  });

  it("leads to a job and to its dataset", async () => {
    await openConsole("/jobs", { answers });
    expect(await screen.findByRole("link", { name: "Tagging 9" })).toHaveAttribute("href", "/jobs/9");
    expect(screen.getAllByRole("link", { name: "photos" })[0]).toHaveAttribute("href", "/datasets/photos");
  });

  it("asks for the jobs of one dataset", async () => {
    const { calls } = await openConsole("/jobs?dataset=photos", { answers });
    await screen.findByRole("table");
    expect(calls.some((call) => call.path === `${path}?pageSize=200&dataset=workspaces/w/datasets/photos`)).toBe(true);
    expect(screen.getByRole("link", { name: "New job" })).toHaveAttribute("href", "/new/job?dataset=photos");
  });
});
