import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole } from "@/tests/openConsole";

const path = "/v1/workspaces/w/tagDefinitions";

describe("the list of tag definitions", () => {
  it("shows each with its number of tags, and is narrowed by name in the address", async () => {
    const tagDefinitions = ["birds", "driving"].map((id) => ({
      name: `workspaces/w/tagDefinitions/${id}`,
      displayName: id,
      definitionJson: '{"tags": {"a": "", "b": ""}}',
      revision: "3",
    }));
    const { user } = await openConsole("/tag-definitions", { answers: { [`GET ${path}`]: { tagDefinitions } } });
    await screen.findByRole("row", { name: /^birds 2 3/ });
    await user.keyboard("/driv");
    await waitFor(() => expect(screen.queryByRole("link", { name: "birds" })).toBeNull());
    expect(location.search).toBe("?q=driv");
    expect(screen.getByRole("link", { name: "driving" })).toHaveAttribute("href", "/tag-definitions/driving");
  });

  it("says what to do where there is none", async () => {
    await openConsole("/tag-definitions", { answers: { [`GET ${path}`]: {} }, role: "ROLE_VIEWER" });
    await screen.findByText(/role Editor can create the first one/);
    expect(screen.queryByRole("link", { name: "New tag definition" })).toBeNull();
  });
});
