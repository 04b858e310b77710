import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";

const path = "/v1/workspaces/w/tagDefinitions/birds";
const definition = {
  name: "workspaces/w/tagDefinitions/birds",
  displayName: "birds",
  definitionJson: '{"tags": {"Bird": "Any bird"}}',
  revision: "1",
  etag: "1.1",
};
const answers = { [`GET ${path}`]: { tagDefinition: definition } };
const json = () => screen.findByLabelText<HTMLTextAreaElement>("The tags as JSON");

describe("the editor of a tag definition", () => {
  it("keeps form and JSON in step, and saves both as one", async () => {
    const { calls, user } = await openConsole("/tag-definitions/birds", {
      answers: {
        ...answers,
        [`PATCH ${path}`]: ({ body }) => ({ tagDefinition: { ...definition, ...(body as object), etag: "1.2" } }),
      },
    });
    await user.type(await screen.findByLabelText("Name of tag 1"), "s");
    expect((await json()).value).toContain('"Birds": "Any bird"');
    fireEvent.change(await json(), { target: { value: '{"tags": {"Birds": "Any", "Fish": "Some"}}' } });
    expect(screen.getByLabelText("Meaning of tag 2")).toHaveValue("Some");
    await user.click(screen.getByRole("button", { name: "Move Fish up" }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(calls.some(({ method }) => method === "PATCH")).toBe(true));
    const { body } = calls.find(({ method }) => method === "PATCH") as { body: { definitionJson: string } };
    expect(body).toMatchObject({ etag: "1.1" });
    expect(JSON.parse(body.definitionJson)).toEqual({ tags: { Fish: "Some", Birds: "Any" } });
    expect(body.definitionJson.indexOf("Fish")).toBeLessThan(body.definitionJson.indexOf("Birds"));
    await waitFor(() => expect(screen.getByRole("button", { name: "Save" })).toBeDisabled());
  });

  it("shows where a mistake is, selects it, and keeps it from being saved", async () => {
    const { user } = await openConsole("/tag-definitions/birds", { answers });
    fireEvent.change(await json(), { target: { value: '{"tags": {"a": 1}}' } });
    await screen.findByText(/once it is mended/i);
    await screen.findByText(/Line 1, column 16/);
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Show" }));
    const area = await json();
    expect(area).toHaveFocus();
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe("1");
  });

  it("lets one choose between one's own state and that of somebody who was faster", async () => {
    let saves = 0;
    const theirs = { ...definition, definitionJson: '{"tags": {"Fish": ""}}', etag: "1.9" };
    const { calls, user } = await openConsole("/tag-definitions/birds", {
      answers: {
        [`GET ${path}`]: () => ({ tagDefinition: saves === 0 ? definition : theirs }),
        [`PATCH ${path}`]: () =>
          saves++ === 0 ? problem(409, "STATE_CONFLICT", "is at 1.9") : { tagDefinition: definition },
      },
    });
    await user.type(await screen.findByLabelText("Name of tag 1"), "s");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await user.click(await screen.findByRole("button", { name: "Save mine over it" }));
    await waitFor(() => expect(saves).toBe(2));
    expect(calls.filter(({ method }) => method === "PATCH").map(({ body }) => (body as { etag: string }).etag)).toEqual(
      ["1.1", "1.9"],
    );
  });

  it("reads a file into both forms", async () => {
    const { user, view } = await openConsole("/tag-definitions/birds", { answers });
    await json();
    const input = view.container.querySelector<HTMLInputElement>("input[type=file]");
    if (input === null) throw new Error("no input for files");
    await user.upload(input, new File(['{"tags": {"Cat": "Any cat"}}'], "cats.json", { type: "application/json" }));
    await waitFor(() => expect(screen.getByLabelText("Name of tag 1")).toHaveValue("Cat"));
  });

  it("shows a viewer the tags and no editor", async () => {
    await openConsole("/tag-definitions/birds", { answers, role: "ROLE_VIEWER" });
    await screen.findByText("Any bird");
    expect(screen.queryByLabelText("The tags as JSON")).toBeNull();
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  });
});

describe("a new tag definition", () => {
  it("is not left unasked once something was written", async () => {
    const asked = vi.fn(() => false);
    vi.stubGlobal("confirm", asked);
    const { user } = await openConsole("/new/tag-definition", { answers: {} });
    await user.click(await screen.findByRole("button", { name: "Add a tag" }));
    await user.click(screen.getByRole("link", { name: "Datasets" }));
    await waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(location.pathname).toBe("/new/tag-definition");
    asked.mockReturnValue(true);
    await user.click(screen.getByRole("link", { name: "Datasets" }));
    await waitFor(() => expect(location.pathname).toBe("/datasets"));
  });

  it("begins with the driving tags where that is asked for, and is created", async () => {
    const { calls, user } = await openConsole("/new/tag-definition?template=driving", {
      answers: {
        "POST /v1/workspaces/w/tagDefinitions": { tagDefinition: {} },
        "GET /v1/workspaces/w/tagDefinitions/driving": { tagDefinition: { ...definition, name: "x/driving" } },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Create" }));
    await waitFor(() => expect(location.pathname).toBe("/tag-definitions/driving"));
    const post = calls.find(({ method }) => method === "POST");
    expect(post?.path).toBe("/v1/workspaces/w/tagDefinitions?tagDefinitionId=driving");
    expect(post?.body).toMatchObject({ definitionJson: expect.stringContaining("Zebra crossing") as string });
  });
});
