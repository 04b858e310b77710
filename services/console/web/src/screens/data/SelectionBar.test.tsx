import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openConsole } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.data;
const dataset = "workspaces/w/datasets/birds";
const address = (version: string) => `/datasets/birds/versions/${version}/data`;
const answers = (version: string, state = "STATE_OPEN") => {
  const name = `${dataset}/versions/${version}`;
  const hits = [1, 2, 3].map((id) => ({ file: { name: `${name}/files/${id}`, path: `${id}.jpg` } }));
  return {
    [`GET /v1/${dataset}`]: { dataset: { displayName: "Birds", rootUri: "s3://bucket/birds" } },
    [`GET /v1/${name}`]: { version: { name, state } },
    [`POST /v1/${name}:search`]: { hits, total: "3" },
    [`POST /v1/${name}:countFacets`]: {},
    [`POST /v1/${name}:countHistograms`]: {},
    [`GET /v1/${name}:completeTags`]: {},
  };
};

beforeEach(() => {
  // The grid shows as much as there is room for.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});

describe("what can be done with files that are chosen", () => {
  it("is to label and to export them, by button and key, for whoever may", async () => {
    const { user } = await openConsole(address("v1"), { answers: answers("v1") });
    await screen.findByText(words.total("3", false));
    await user.keyboard("t");
    await screen.findByRole("dialog", { name: words.label.title("3") });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByText(words.chosen("3", true))).toBeVisible();
    expect(screen.getByRole("button", { name: words.label.open })).toBeVisible();
    await user.keyboard("e");
    await screen.findByRole("dialog", { name: words.export.title("3") });
  });

  it("is nothing that changes anything for a viewer, not even by a key", async () => {
    const { user } = await openConsole(address("v2"), { answers: answers("v2"), role: "ROLE_VIEWER" });
    await screen.findByText(words.total("3", false));
    await user.keyboard("te?");
    const help = await screen.findByRole("dialog", { name: en.frame.help });
    expect(help).not.toHaveTextContent(words.keys.label);
    expect(help).not.toHaveTextContent(words.keys.export);
    expect(screen.queryByRole("button", { name: words.label.open, hidden: true })).toBeNull();
    expect(screen.queryByRole("button", { name: words.export.open, hidden: true })).toBeNull();
  });

  it("is not to label files of a published version", async () => {
    const { user } = await openConsole(address("v3"), { answers: answers("v3", "STATE_PUBLISHED") });
    await screen.findByText(words.total("3", false));
    await waitFor(() => expect(screen.queryByRole("button", { name: words.label.open, hidden: true })).toBeNull());
    await user.keyboard("t");
    expect(screen.queryByRole("dialog")).toBeNull();
    await user.keyboard("e");
    await screen.findByRole("dialog", { name: words.export.title("3") });
  });
});
