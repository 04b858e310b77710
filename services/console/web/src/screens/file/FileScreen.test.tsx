import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Role } from "@/api/session";
import { openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const words = en.file;
const version = "workspaces/w/datasets/birds/versions/v1";
const name = `${version}/files/f1`;
const file = {
  name,
  path: "garden/crow.jpg",
  uri: "s3://bucket/birds/garden/crow.jpg",
  contentType: "image/jpeg",
  sizeBytes: "2048",
  widthPx: 64,
  heightPx: 48,
  modifyTime: "2026-01-01T00:00:00Z",
  tags: { ai: ["bird", "tree"], user: ["mine"], rejected: ["tree"] },
};
const answer = {
  job: "workspaces/w/jobs/1",
  done: true,
  current: true,
  tagDefinition: "d",
  answer: '{"tags": ["bird"]}',
};
const answers = {
  [`GET /v1/${version}`]: { version: { name: version, state: "STATE_OPEN" } },
  [`GET /v1/${name}`]: { file },
  [`GET /v1/${name}/answers`]: { answers: [answer] },
  [`POST /v1/${version}:search`]: {
    hits: [{ file }, { file: { name: `${version}/files/f2`, path: "garden/owl.jpg" }, score: 0.75 }],
    total: "2",
  },
  [`GET /v1/${version}:completeTags`]: {},
};
const open = (role: Role, more = {}) =>
  openConsole("/datasets/birds/versions/v1/files/f1?i=0", { answers: { ...answers, ...more }, role });
const section = async (title: string) => within(await screen.findByRole("region", { name: title }));

describe("a file", () => {
  it("shows what is known of it, what models said and what is like it", async () => {
    await open("ROLE_EDITOR");
    const about = await section(words.about);
    for (const fact of ["crow.jpg", "garden", "image/jpeg", "2 kB", words.pixels("64", "48"), file.uri]) {
      expect(about.getByText(fact)).toBeVisible();
    }
    expect(await (await section(words.answers)).findByText(answer.answer)).toBeVisible();
    expect(await (await section(words.neighbours)).findByRole("link", { name: "0.75 garden/owl.jpg" })).toBeVisible();
    expect(await screen.findByRole("button", { name: words.next })).toBeEnabled();
    expect(screen.getByRole("button", { name: words.previous })).toBeDisabled();
  });

  it("has tags that an editor accepts, rejects, takes away, restores and adds", async () => {
    const { user, calls } = await open("ROLE_EDITOR", {
      [`POST /v1/${version}/tagEdits`]: { tagEdit: { name: `${version}/tagEdits/1`, state: "STATE_DONE" } },
    });
    for (const act of [words.accept("bird"), words.reject("bird"), words.remove("mine"), words.restore("tree")]) {
      await user.click(await screen.findByRole("button", { name: act }));
    }
    await user.keyboard("{Escape}t");
    await user.type(screen.getByRole("combobox", { name: words.add }), "night{Enter}");
    const edits = calls.filter(({ method, path }) => method === "POST" && path.endsWith("tagEdits"));
    expect(edits.map(({ body }) => (body as { changes: unknown }).changes)).toEqual([
      { add: ["bird"] },
      { reject: ["bird"] },
      { remove: ["mine"] },
      { restore: ["tree"] },
      { add: ["night"] },
    ]);
  });

  it("says why a label was refused", async () => {
    const { user } = await open("ROLE_EDITOR", {
      [`POST /v1/${version}/tagEdits`]: () => problem(400, "VERSION_PUBLISHED", "The version is published."),
    });
    await user.click(await screen.findByRole("button", { name: words.reject("bird") }));
    expect(await screen.findByText("The version is published.")).toBeVisible();
  });

  it("offers a viewer its tags without anything to change them", async () => {
    const { user } = await open("ROLE_VIEWER");
    const tags = await section(words.tags);
    expect(tags.getByText("bird")).toBeVisible();
    expect(tags.queryAllByRole("button")).toEqual([]);
    expect(tags.queryByRole("combobox")).toBeNull();
    await user.keyboard("?");
    expect(await screen.findByRole("dialog", { name: en.frame.help })).not.toHaveTextContent(words.keys.tag);
  });
});
