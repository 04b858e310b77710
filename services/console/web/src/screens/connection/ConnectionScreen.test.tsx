import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";

const path = "/v1/workspaces/w/connections/qwen";
const connection = {
  name: "workspaces/w/connections/qwen",
  displayName: "qwen",
  modelService: { baseUrl: "https://m/v1", protocol: "PROTOCOL_OPENAI_CHAT", models: [{ model: "qwen-vl-max" }] },
  secretSet: true,
  etag: "7.1",
};
const answers = { [`GET ${path}`]: { connection }, [`GET ${path}:listUses`]: {} };

describe("the screen of a connection", () => {
  it("sends a secret only when it is replaced", async () => {
    let saves = 1;
    const { calls, user } = await openConsole("/connections/qwen", {
      answers: { ...answers, [`PATCH ${path}`]: () => ({ connection: { ...connection, etag: `8.${saves++}` } }) },
    });
    await user.type(await screen.findByLabelText(/^Title/), "Qwen");
    expect(screen.queryByLabelText(/^Key/, { selector: "input" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save" }));
    const saved = () => calls.filter(({ method }) => method === "PATCH");
    await waitFor(() => expect(saved()).toHaveLength(1));
    expect(saved()[0]?.path).toBe(`${path}?updateMask=displayName,modelService`);
    expect(saved()[0]?.body).toMatchObject({ displayName: "Qwen", etag: "7.1" });
    expect(JSON.stringify(saved()[0]?.body)).not.toContain("apiKey");

    await user.click(screen.getByRole("button", { name: "Replace" }));
    await user.type(screen.getByLabelText(/^Key/, { selector: "input" }), "sk-2");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(saved()[1]?.body).toMatchObject({ modelService: { apiKey: "sk-2" } }));
    // What was typed is gone from the page once it is kept.
    await screen.findByRole("button", { name: "Replace" });
  });

  it("explains that somebody else was faster, and takes their state", async () => {
    const theirs = { ...connection, displayName: "Theirs", etag: "7.2" };
    let saves = 0;
    const { user } = await openConsole("/connections/qwen", {
      answers: {
        ...answers,
        [`GET ${path}`]: () => ({ connection: saves === 0 ? connection : theirs }),
        [`PATCH ${path}`]: () => {
          saves += 1;
          return problem(409, "STATE_CONFLICT", "is at 7.2");
        },
      },
    });
    await user.type(await screen.findByLabelText(/^Title/), "Mine");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await user.click(await screen.findByRole("button", { name: "Take their state" }));
    await waitFor(() => expect(screen.getByLabelText(/^Title/)).toHaveValue("Theirs"));
    expect(screen.queryByRole("button", { name: "Take their state" })).toBeNull();
  });

  it("tells why a trial failed", async () => {
    const { user } = await openConsole("/connections/qwen", {
      answers: { ...answers, [`POST ${path}:test`]: { reason: "MODEL_ACCESS_DENIED", message: "the key is refused" } },
    });
    await user.click(await screen.findByRole("button", { name: "Test" }));
    await screen.findByText("the key is refused");
    expect(within(screen.getByRole("status")).getByText("Does not work")).toBeVisible();
  });

  it("names what still needs it when it cannot be deleted", async () => {
    const { user } = await openConsole("/connections/qwen", {
      answers: {
        ...answers,
        [`DELETE ${path}`]: () => problem(400, "IN_USE", "in use", { used_by: "workspaces/w/datasets/photos" }),
      },
    });
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Delete" }));
    const told = await screen.findByRole("alert");
    expect(told).toHaveTextContent(/still needed/);
    expect(within(told).getByRole("link", { name: "The dataset photos" })).toHaveAttribute("href", "/datasets/photos");
  });

  it("lists the datasets and index sets that need it, page by page", async () => {
    const { user } = await openConsole("/connections/qwen", {
      answers: {
        ...answers,
        [`GET ${path}:listUses`]: { users: ["workspaces/w/datasets/photos"], nextPageToken: "next" },
        [`GET ${path}:listUses?pageToken=next`]: {
          users: ["workspaces/w/datasets/photos/versions/v2/indexSets/17"],
        },
      },
    });
    const list = await screen.findByRole("list", { name: "Used by" });
    expect(within(list).getByRole("link", { name: "The dataset photos" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show more" }));
    expect(await within(list).findByRole("link", { name: "Index set 17 of photos v2" })).toHaveAttribute(
      "href",
      "/datasets/photos",
    );
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("offers a viewer neither settings, trial nor deletion", async () => {
    await openConsole("/connections/qwen", { answers, role: "ROLE_VIEWER" });
    await screen.findByText(/^Nothing needs it/);
    for (const name of ["Save", "Test", "Delete"]) expect(screen.queryByRole("button", { name })).toBeNull();
  });
});
