import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerOf, api } from "./client";
import { ApiError } from "./errors";

const path = { workspace: "w 1", dataset: "birds" };

describe("a call", () => {
  const answer = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => vi.stubGlobal("fetch", answer));
  afterEach(() => vi.unstubAllGlobals());

  it("goes to the route of the resource and gives the body of the answer", async () => {
    answer.mockResolvedValue(json(200, { dataset: { displayName: "Birds" } }));
    const call = api.GET("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path } });
    expect((await answerOf(call)).dataset?.displayName).toBe("Birds");
    expect(sent().url).toMatch(/\/v1\/workspaces\/w%201\/datasets\/birds$/);
  });

  it("proves that it comes from this page when it changes something, and only then", async () => {
    answer.mockImplementation(async () => json(200, {}));
    await api.GET("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path } });
    expect(sent().headers.has("X-Bowerbird-CSRF")).toBe(false);
    await api.DELETE("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path } });
    expect(sent().headers.get("X-Bowerbird-CSRF")).toBe("1");
  });

  it("throws the reason of the problem and what is wrong with which field", async () => {
    const detail = "dataset.mountPath is 'x'; expected an absolute path.";
    answer.mockResolvedValue(
      json(400, {
        type: "tag:bowerbird.dev,2026:FIELD_INVALID",
        title: "Bad Request",
        status: 400,
        detail,
        reason: "FIELD_INVALID",
        metadata: { field: "dataset.mountPath", value: "x", expected: "an absolute path" },
        violations: [{ field: "dataset.mountPath", description: detail }],
      }),
    );
    const error = await failureOf(api.GET("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path } }));
    expect(error).toMatchObject({ status: 400, reason: "FIELD_INVALID", message: detail });
    expect(error.metadata["expected"]).toBe("an absolute path");
    expect(error.at("mountPath")).toBe(detail);
    expect(error.at("dataset.mountPath")).toBe(detail);
    expect(error.at("path", "displayName")).toBeUndefined();
  });

  it("tells a failure that is no problem document by its status", async () => {
    answer.mockResolvedValue(new Response("upstream is gone", { status: 502 }));
    const error = await failureOf(api.GET("/v1/caller"));
    expect(error).toMatchObject({ status: 502, reason: "INTERNAL", message: "upstream is gone" });
  });

  it("tells that no answer came where the console cannot be reached", async () => {
    answer.mockRejectedValue(new TypeError("Failed to fetch"));
    const error = await failureOf(api.GET("/v1/caller"));
    expect(error).toMatchObject({ status: 0, reason: "NO_ANSWER" });
  });

  it("that was ended by its caller is no failure of the API", async () => {
    answer.mockImplementation(async (request) => {
      request.signal.throwIfAborted();
      return json(200, {});
    });
    const call = api.GET("/v1/caller", { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  function sent(): Request {
    const request = answer.mock.lastCall?.[0];
    if (request === undefined) throw new Error("no call was made");
    return request;
  }
});

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError but ${String(error)}`);
  return error;
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}
