import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";

describe("the form of a new connection", () => {
  it("puts the focus on the first field that is wrong and sends nothing", async () => {
    const { calls, user } = await openConsole("/new/connection?kind=pgvector", { answers: {} });
    await user.click(await screen.findByRole("button", { name: "Create" }));
    await waitFor(() => expect(screen.getByLabelText("Name")).toHaveFocus());
    expect(screen.getByLabelText("Host")).toBeInvalid();
    expect(calls.every(({ method }) => method === "GET")).toBe(true);
  });

  it("creates what was filled in from JSON, and leads to it", async () => {
    const { calls, user } = await openConsole("/new/connection?kind=pgvector", {
      answers: {
        "POST /v1/workspaces/w/connections": { connection: {} },
        "GET /v1/workspaces/w/connections/vectors": { connection: { name: "workspaces/w/connections/vectors" } },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Fill in from JSON" }));
    await user.click(await screen.findByLabelText("Config"));
    await user.paste('{"host": "db", "port": 80, "database": "v", "access_id": "me", "access_key": "p"}');
    await user.click(screen.getByRole("button", { name: "Fill in" }));
    await user.type(screen.getByLabelText("Name"), "vectors");
    await user.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(location.pathname).toBe("/connections/vectors"));
    expect(calls.find(({ method }) => method === "POST")).toMatchObject({
      path: "/v1/workspaces/w/connections?connectionId=vectors",
      body: { pgvector: { host: "db", port: 80, database: "v", username: "me", password: "p" } },
    });
  });

  it("shows what the API refuses at its field", async () => {
    const { user } = await openConsole("/new/connection?kind=folder", {
      answers: {
        "POST /v1/workspaces/w/connections": () =>
          problem(400, "FIELD_INVALID", "not a folder that this suite allows", { field: "connection.folder.root" }),
      },
    });
    await user.type(await screen.findByLabelText("Name"), "pictures");
    await user.type(screen.getByLabelText("Folder"), "/etc");
    await user.click(screen.getByRole("button", { name: "Create" }));
    await screen.findByText("not a folder that this suite allows");
    await waitFor(() => expect(screen.getByLabelText("Folder")).toBeInvalid());
  });
});
