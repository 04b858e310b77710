import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole } from "@/tests/openConsole";

const list = {
  connections: [
    { name: "workspaces/w/connections/aws", displayName: "aws", s3: { region: "eu-central-1" }, etag: "1.1" },
    { name: "workspaces/w/connections/pictures", displayName: "Pictures", folder: { root: "/data" }, etag: "2.1" },
  ],
};
const answers = { "GET /v1/workspaces/w/connections": list };

describe("the list of connections", () => {
  it("is narrowed by name and kind, in the address", async () => {
    const { user } = await openConsole("/connections?kind=folder", { answers });
    const table = await screen.findByRole("table");
    expect(
      within(table)
        .getAllByRole("link")
        .map((link) => link.textContent),
    ).toEqual(["Pictures"]);
    await user.keyboard("/");
    await user.keyboard("aws");
    await screen.findByText("No connection is like that.");
    expect(location.search).toBe("?q=aws&kind=folder");
    await user.click(screen.getByRole("button", { name: "Show all" }));
    await waitFor(() => expect(location.search).toBe(""));
    expect(screen.getAllByRole("link", { name: /aws|Pictures/ })).toHaveLength(2);
  });

  it("shows beside each what its trial gave", async () => {
    const { user } = await openConsole("/connections", {
      answers: {
        ...answers,
        "POST /v1/workspaces/w/connections/aws:test": { works: true, message: "takes the key" },
        "POST /v1/workspaces/w/connections/pictures:test": { message: "no such folder" },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Test aws" }));
    await user.click(screen.getByRole("button", { name: "Test pictures" }));
    await screen.findByText("Works");
    await screen.findByText("Does not work");
  });

  it("says what to begin with where there is none, and opens the form by a key", async () => {
    const { user } = await openConsole("/connections", { answers: { "GET /v1/workspaces/w/connections": {} } });
    await screen.findByText("No connection yet");
    await user.keyboard("n");
    await waitFor(() => expect(location.pathname).toBe("/new/connection"));
  });
});
