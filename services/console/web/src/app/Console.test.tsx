import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const datasets = { datasets: [{ name: "workspaces/w/datasets/birds", rootUri: "s3://b/birds" }] };
const nobody = () => new Response(null, { status: 204 });
const refused = () => problem(401, "UNAUTHENTICATED", "The token is unknown.");

describe("who is not signed in", () => {
  it("signs in with a token and comes to the address that was asked for", async () => {
    let session: object | undefined;
    const { user, calls } = await openConsole("/datasets?q=bir", {
      answers: {
        "GET /session": () => session ?? nobody(),
        "POST /session": () => {
          session = { workspace: "workspaces/w", role: "ROLE_VIEWER", subject: "workspaces/w/tokens/t" };
          return session;
        },
        "GET /v1/workspaces/w/datasets": datasets,
      },
    });
    await user.type(await screen.findByLabelText(en.signIn.token), " bb_secret {Enter}");
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ token: "bb_secret" });
    expect(location.pathname + location.search).toBe("/datasets?q=bir");
  });

  it("is told when the token is refused", async () => {
    const answers = { "GET /session": nobody, "POST /session": refused };
    const { user } = await openConsole("/sign-in", { answers });
    await user.type(await screen.findByLabelText(en.signIn.token), "wrong{Enter}");
    expect(await screen.findByText(en.signIn.refused)).toBeVisible();
    expect(screen.getByLabelText(en.signIn.token)).toBeInvalid();
  });

  it("is led to no other site by a link to the sign-in", async () => {
    let session: object | undefined;
    const { user } = await openConsole("/sign-in?to=https://evil.example/x", {
      answers: {
        "GET /session": () => session ?? nobody(),
        "POST /session": () => {
          session = { workspace: "workspaces/w", role: "ROLE_VIEWER", subject: "workspaces/w/tokens/t" };
          return session;
        },
        "GET /v1/workspaces/w/datasets": datasets,
      },
    });
    await user.type(await screen.findByLabelText(en.signIn.token), "bb_secret{Enter}");
    await waitFor(() => expect(location.pathname).toBe("/datasets"));
  });
});

describe("a session that ends", () => {
  it("leads to the sign-in, which knows the way back", async () => {
    await openConsole("/datasets", { answers: { "GET /v1/workspaces/w/datasets": refused } });
    expect(await screen.findByText(en.signIn.ended)).toBeVisible();
    expect(new URLSearchParams(location.search).get("to")).toBe("/datasets");
  });
});

describe("the frame", () => {
  const answers = { "GET /v1/workspaces/w/datasets": datasets };

  it("lists the keys of the screen on ?", async () => {
    const { user } = await openConsole("/datasets", { answers });
    await screen.findByRole("link", { name: "birds" });
    await user.keyboard("?");
    const keys = await screen.findByRole("dialog", { name: en.frame.help });
    expect(within(keys).getByText(en.datasets.searchKey)).toBeVisible();
  });

  it("speaks Chinese when that is chosen", async () => {
    const { user } = await openConsole("/datasets", { answers });
    await user.click(await screen.findByRole("button", { name: new RegExp(en.frame.language) }));
    await user.click(await screen.findByRole("menuitemradio", { name: "中文" }));
    expect(await screen.findByRole("heading", { name: "数据集" })).toBeVisible();
    expect(document.documentElement.lang).toBe("zh-CN");
  });

  it("says so where an address leads to nothing", async () => {
    await openConsole("/nowhere", { answers });
    expect(await screen.findByRole("heading", { level: 1, name: en.frame.notFound.title })).toBeVisible();
  });
});
