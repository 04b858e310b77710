import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openConsole, problem } from "@/tests/openConsole";
import { en } from "@/words/en";

const list = "GET /v1/workspaces/w/datasets";
const birds = {
  name: "workspaces/w/datasets/birds",
  displayName: "Birds of prey",
  rootUri: "s3://bucket/birds",
  latestState: "STATE_PUBLISHED",
  fileCount: "1234567",
  sizeBytes: "2500000000",
};
const cars = { name: "workspaces/w/datasets/cars", rootUri: "s3://bucket/cars" };

describe("the list of datasets", () => {
  it("has all pages, with what each dataset holds", async () => {
    const pages = {
      "GET /v1/workspaces/w/datasets?pageSize=1000": { datasets: [birds], nextPageToken: "next" },
      "GET /v1/workspaces/w/datasets?pageSize=1000&pageToken=next": { datasets: [cars] },
    };
    await openConsole("/datasets", { answers: pages });
    expect(await screen.findByRole("link", { name: "Birds of prey" })).toHaveAttribute("href", "/datasets/birds");
    expect(screen.getByRole("row", { name: /Birds of prey 1,234,567 2\.5 GB/ })).toBeVisible();
    expect(screen.getByRole("row", { name: /cars 0 .* never Open/ })).toBeVisible();
    expect(screen.getByRole("row", { name: /Birds of prey .* Published/ })).toBeVisible();
  });

  it("is narrowed by a text that stands in the address", async () => {
    const { user } = await openConsole("/datasets?q=prey", { answers: { [list]: { datasets: [birds, cars] } } });
    const box = await screen.findByRole("searchbox", { name: en.datasets.search });
    expect(box).toHaveValue("prey");
    expect(screen.queryByRole("link", { name: "cars" })).toBeNull();
    await user.clear(box);
    await user.type(box, "CAR");
    expect(await screen.findByRole("link", { name: "cars" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Birds of prey" })).toBeNull();
    expect(location.search).toBe("?q=CAR");
  });

  it("is sorted as the address says, and makes no more than a hundred rows at once", async () => {
    const many = Array.from({ length: 130 }, (_, n) => ({ name: `workspaces/w/datasets/d${n}`, fileCount: `${n}` }));
    const { user } = await openConsole("/datasets?sort=-files", { answers: { [list]: { datasets: many } } });
    await screen.findByRole("link", { name: "d129" });
    const rows = () => document.querySelectorAll("tbody tr").length;
    expect(rows()).toBe(100);
    await user.click(screen.getByRole("button", { name: en.frame.loadMore }));
    expect(rows()).toBe(130);
    expect(screen.queryByText(en.frame.loadMore)).toBeNull();
    await user.click(screen.getByRole("button", { name: en.datasets.columns.size }));
    expect(location.search).toBe("?sort=-size");
  });

  it("sorts by a heading", async () => {
    const { user } = await openConsole("/datasets", { answers: { [list]: { datasets: [birds, cars] } } });
    await user.click(await screen.findByRole("button", { name: en.datasets.columns.files }));
    await user.click(screen.getByRole("button", { name: en.datasets.columns.files }));
    expect(screen.getByRole("columnheader", { name: en.datasets.columns.files })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );
    const names = screen.getAllByRole("link", { name: /^(?:cars|Birds of prey)$/ }).map((link) => link.textContent);
    expect(names).toEqual(["cars", "Birds of prey"]);
  });

  it("says what to do where there is none, and offers it only to who may", async () => {
    const { view } = await openConsole("/datasets", { answers: { [list]: {} }, role: "ROLE_EDITOR" });
    expect(await screen.findByText(en.datasets.empty.title)).toBeVisible();
    expect(screen.getByRole("link", { name: en.datasets.create })).toHaveAttribute("href", "/new/dataset");
    view.unmount();
    await openConsole("/datasets", { answers: { [list]: {} }, role: "ROLE_VIEWER" });
    expect(await screen.findByText(new RegExp(en.datasets.empty.viewer))).toBeVisible();
    expect(screen.queryByRole("link", { name: en.datasets.create })).toBeNull();
  });

  it("tells why it could not be had, and asks again", async () => {
    let answer: object | undefined;
    const broken = () => problem(500, "INTERNAL", "Something broke; its id is 17.");
    const { user } = await openConsole("/datasets", { answers: { [list]: () => answer ?? broken() } });
    expect(await screen.findByText("Something broke; its id is 17.")).toBeVisible();
    answer = { datasets: [cars] };
    await user.click(screen.getByRole("button", { name: en.frame.retry }));
    expect(await screen.findByRole("link", { name: "cars" })).toBeVisible();
  });
});
