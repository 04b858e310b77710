import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Call, openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.signIn;
const link = "/sign-in?to=/datasets%3Fq%3Dbir#token=bb_secret";
const session = { workspace: "workspaces/w", role: "ROLE_VIEWER", subject: "workspaces/w/tokens/t" };
const datasets = { datasets: [{ name: "workspaces/w/datasets/birds", rootUri: "s3://b/birds" }] };
const refused = () => problem(401, "UNAUTHENTICATED", "The token is unknown.");

/** A console where nobody is signed in until somebody signs in with `bb_secret`. */
function answers(begin?: object) {
  let current = begin;
  return {
    "GET /session": () => current ?? new Response(null, { status: 204 }),
    "POST /session": ({ body }: Call) => {
      if ((body as { token: string }).token !== "bb_secret") return refused();
      current = session;
      return session;
    },
    "GET /v1/workspaces/w/datasets": datasets,
  };
}

const posts = (calls: readonly Call[]) => calls.filter(({ method }) => method === "POST");

describe("a link that signs in", () => {
  it("leads to where it says, and leaves no token in the address", async () => {
    const { calls } = await openConsole(link, { answers: answers() });
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
    expect(location.pathname + location.search + location.hash).toBe("/datasets?q=bir");
    expect(posts(calls).map(({ body }) => body)).toEqual([{ token: "bb_secret" }]);
    expect(calls.filter(({ path }) => path.includes("bb_secret"))).toEqual([]);
  });

  it("signs nobody in anew who is signed in with its token", async () => {
    const same = { ...answers(session), "GET /v1/caller": { caller: session } };
    const { calls } = await openConsole(link, { answers: same });
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
    expect(posts(calls)).toEqual([]);
  });

  it("asks whom somebody else is signed in with another token, and signs in once they say so", async () => {
    const begin = { ...session, workspace: "workspaces/other", subject: "workspaces/other/tokens/x" };
    const other = { ...answers(begin), "GET /v1/caller": { caller: session } };
    const { user, calls } = await openConsole(link, { answers: other });
    expect(await screen.findByText(words.otherLink("w"))).toBeVisible();
    expect(screen.getByText(words.signedIn("other", en.frame.role.ROLE_VIEWER))).toBeVisible();
    expect(posts(calls)).toEqual([]);
    await user.click(screen.getByRole("button", { name: words.byLink }));
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
    expect(posts(calls)).toHaveLength(1);
  });

  it("lets who is signed in go on where its token is no good any more", async () => {
    const stale = { ...answers(session), "GET /v1/caller": refused };
    const { user } = await openConsole(link, { answers: stale });
    expect(await screen.findByText(words.linkRefused)).toBeVisible();
    await user.click(screen.getByRole("button", { name: words.goOn }));
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
  });

  it("says so where its token is unknown, and takes the one that is typed", async () => {
    const { user } = await openConsole("/sign-in?to=/datasets#token=bb_old", { answers: answers() });
    expect(await screen.findByText(words.linkRefused)).toBeVisible();
    expect(location.hash).toBe("");
    await user.type(screen.getByLabelText(words.token), "bb_secret{Enter}");
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
  });

  it("is followed where the page of the sign-in is open already", async () => {
    await openConsole("/sign-in?to=/datasets", { answers: answers() });
    expect(await screen.findByLabelText(words.token)).toBeVisible();
    window.history.pushState(null, "", "/sign-in?to=/datasets#token=bb_secret");
    expect(await screen.findByRole("link", { name: "birds" })).toBeVisible();
    expect(location.hash).toBe("");
  });
});

describe("a token that is typed", () => {
  it.each([
    [" \t ", words.missing],
    ["bb_se cret", words.malformed],
    ["bb_sécret", words.malformed],
  ])("as %j is answered at the field, and sent nowhere", async (typed, expected) => {
    const { user, calls } = await openConsole("/sign-in", { answers: answers() });
    await user.type(await screen.findByLabelText(words.token), `${typed}{Enter}`);
    expect(await screen.findByText(expected)).toBeVisible();
    expect(posts(calls)).toEqual([]);
  });

  it("is taken without what stands around it", async () => {
    const { user, calls } = await openConsole("/sign-in", { answers: answers() });
    await user.click(await screen.findByLabelText(words.token));
    await user.paste("  bb_secret \t");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(posts(calls).map(({ body }) => body)).toEqual([{ token: "bb_secret" }]));
  });
});
