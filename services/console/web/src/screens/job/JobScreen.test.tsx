import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ndjson, openConsole } from "@/tests/openConsole";

const path = "/v1/workspaces/w/jobs/9";
const running = {
  name: "workspaces/w/jobs/9",
  version: "workspaces/w/datasets/photos/versions/v1",
  tag: {
    modelConnection: "workspaces/w/connections/qwen",
    model: "qwen-vl",
    tagDefinition: "workspaces/w/tagDefinitions/t",
  },
  state: "STATE_RUNNING",
  startTime: new Date(Date.now() - 10_000).toISOString(),
  progress: { total: "100", done: "20", inputTokens: "5000" },
};
const ended = { ...running, state: "STATE_PARTIALLY_FAILED", progress: { total: "100", done: "98", failed: "2" } };
const line = (sequence: number, level: string, message: string) => ({
  sequence: String(sequence),
  time: "2026-01-01T00:00:00Z",
  level: `LEVEL_${level}`,
  message,
});
const failures = {
  results: [
    {
      file: "workspaces/w/datasets/photos/versions/v1/files/1",
      path: "a/broken.jpg",
      reason: "ERROR_REASON_IMAGE_CORRUPT",
      message: "cannot be decoded",
    },
  ],
};

/** A stream that stands still until it is let go. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe("the screen of a job", () => {
  it("tells why files failed, and which they were for each reason", async () => {
    const asked: string[] = [];
    const { user } = await openConsole("/jobs/9", {
      answers: {
        [`GET ${path}`]: { job: ended },
        [`GET ${path}:readLog`]: () => ndjson([]),
        [`GET ${path}:countFailures`]: {
          failures: [
            { reason: "ERROR_REASON_IMAGE_CORRUPT", fileCount: "1200", message: "cannot be decoded" },
            { reason: "ERROR_REASON_IMAGE_EMPTY", fileCount: "3", message: "has no bytes" },
          ],
        },
        [`GET ${path}/results`]: (call) => {
          asked.push(call.path);
          return failures;
        },
      },
    });
    const reasons = await screen.findByRole("table", { name: "Why files failed" });
    expect(within(reasons).getByRole("row", { name: "IMAGE_CORRUPT 1,200 cannot be decoded" })).toBeVisible();
    await user.click(within(reasons).getByRole("link", { name: "IMAGE_EMPTY" }));
    await waitFor(() => expect(asked.at(-1)).toContain("reason=ERROR_REASON_IMAGE_EMPTY"));
    expect(location.search).toBe("?files=ERROR_REASON_IMAGE_EMPTY");
    expect(screen.getByRole("combobox", { name: "Which files" })).toHaveTextContent("IMAGE_EMPTY");
  });

  it("follows the job by its stream until it has ended", async () => {
    const { open, opened } = gate();
    async function* watched() {
      yield { job: running };
      await opened;
      yield { job: ended };
    }
    await openConsole("/jobs/9", {
      answers: {
        [`GET ${path}`]: { job: running },
        [`GET ${path}:watch`]: () => ndjson(watched()),
        [`GET ${path}:readLog`]: () => ndjson([]),
        [`GET ${path}/results`]: failures,
      },
    });
    await screen.findByText(/20 of 100 · 20%/);
    expect(screen.getByText("5,000")).toBeVisible();
    expect(screen.getByText(/files\/s/)).toBeVisible();
    expect(screen.getByText(/left/)).toBeVisible();
    open();
    await screen.findByText("Done with failures");
    expect(screen.getByText(/100 of 100/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    expect(screen.getByRole("link", { name: "Run again" }).getAttribute("href")).toContain("connection=qwen");
    const table = await screen.findByRole("table");
    expect(within(table).getByText("IMAGE_CORRUPT")).toBeVisible();
    expect(within(table).getByRole("link", { name: "a/broken.jpg" })).toHaveAttribute(
      "href",
      "/datasets/photos/versions/v1/files/1",
    );
    expect(within(table).getByText(/cannot be decoded/)).toBeVisible();
  });

  it("reads its log on behind the last line after a break and after a pause", async () => {
    const asked: string[] = [];
    const { opened } = gate();
    async function* forever() {
      yield { lines: [line(3, "ERROR", "third")] };
      await opened;
    }
    const { user } = await openConsole("/jobs/9", {
      answers: {
        [`GET ${path}`]: { job: ended },
        [`GET ${path}/results`]: {},
        [`GET ${path}:readLog`]: ({ path: at }) => {
          const after = new URLSearchParams(at.split("?")[1]).get("afterSequence") ?? "";
          asked.push(after);
          if (after !== "0") return ndjson(forever());
          return ndjson([
            { lines: [line(1, "INFO", "first"), line(2, "WARNING", "second")] },
            { error: { status: 503, reason: "SERVICE_UNAVAILABLE", detail: "stops" } },
          ]);
        },
      },
    });
    const log = await screen.findByRole("log");
    await within(log).findByText("second");
    await screen.findByText(/trying again/);
    await within(log).findByText("third");
    // What is mounted twice in tests asks twice at first.
    expect(new Set(asked)).toEqual(new Set(["0", "2"]));
    await user.click(screen.getByRole("button", { name: "Pause" }));
    await screen.findByText("Paused");
    await user.keyboard("f");
    await waitFor(() => expect(asked.at(-1)).toBe("3"));
    expect(within(log).getAllByText("third")).toHaveLength(1);

    await user.click(screen.getByRole("combobox", { name: "Level" }));
    await user.click(await screen.findByRole("option", { name: "Errors" }));
    await waitFor(() => expect(within(log).queryByText("first")).toBeNull());
    expect(within(log).getByText("third")).toBeVisible();
    expect(location.search).toBe("?level=LEVEL_ERROR");
  });

  it("is stopped after a question", async () => {
    const { opened } = gate();
    async function* watched() {
      yield { job: running };
      await opened;
    }
    const { calls, user } = await openConsole("/jobs/9", {
      answers: {
        [`GET ${path}`]: { job: running },
        [`GET ${path}:watch`]: () => ndjson(watched()),
        [`GET ${path}:readLog`]: () => ndjson([]),
        [`GET ${path}/results`]: {},
        [`POST ${path}:stop`]: { job: { ...running, state: "STATE_STOPPING" } },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    expect(calls.some(({ method }) => method === "POST")).toBe(false);
    await user.click(await screen.findByRole("button", { name: "Stop the job" }));
    await screen.findByText("Stopping");
  });

  it("reads more failures page by page", async () => {
    const { user } = await openConsole("/jobs/9", {
      answers: {
        [`GET ${path}`]: { job: ended },
        [`GET ${path}:readLog`]: () => ndjson([]),
        [`GET ${path}/results`]: { ...failures, nextPageToken: "p2" },
        [`GET ${path}/results?pageSize=100&onlyFailed=true&pageToken=p2`]: {
          results: [{ file: "f/2", path: "b.jpg", message: "gone" }],
        },
      },
    });
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    await screen.findByText("b.jpg");
    expect(screen.getByText("a/broken.jpg")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });
});
