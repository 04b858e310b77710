import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { en } from "@/words/en";
import { type ConnectionDraft, connectionOf, emptyDraft } from "./draft";
import { problemsIn, problemsOf } from "./problems";

const words = en.connections;
const service: ConnectionDraft = {
  ...emptyDraft("modelService"),
  id: "qwen",
  baseUrl: "https://m/v1",
  models: [{ model: "a", dimension: "" }],
};
const wrong = (draft: ConnectionDraft) =>
  Object.keys(problemsOf(draft, words)).sort((one, other) => one.localeCompare(other));

describe("a draft of a connection", () => {
  it("is right when its needed fields are there", () => {
    expect(wrong(service)).toEqual([]);
    expect(wrong({ ...emptyDraft("s3"), id: "aws" })).toEqual([]);
    expect(wrong({ ...emptyDraft("folder"), id: "f", root: "/data" })).toEqual([]);
  });

  it("names each field that is missing", () => {
    expect(wrong(emptyDraft("modelService"))).toEqual(["baseUrl", "id", "models"]);
    expect(wrong(emptyDraft("pgvector"))).toEqual(["database", "host", "id", "username"]);
    expect(wrong({ ...emptyDraft("folder"), id: "f", root: "data" })).toEqual(["root"]);
  });

  it.each(["ftp://x", "https://me@host/", "https://host/path", "https://"])("refuses the endpoint %s", (endpoint) => {
    expect(wrong({ ...emptyDraft("s3"), id: "x", endpoint })).toEqual(["endpoint"]);
  });

  it("refuses a model twice and a dimension that is no number", () => {
    const twice = [1, 2].map(() => ({ model: "a", dimension: "" }));
    expect(problemsOf({ ...service, models: twice }, words).models).toBe(words.wrong.modelTwice("a"));
    const odd = [{ model: "a", dimension: "1e3" }];
    expect(problemsOf({ ...service, models: odd }, words).models).toBe(words.wrong.dimension("1e3"));
  });

  it("gains the scheme that people leave out, and sends no secret that was not typed", () => {
    const sent = connectionOf({ ...emptyDraft("s3"), endpoint: "oss-cn-hangzhou.aliyuncs.com" });
    expect(sent.s3?.endpoint).toBe("https://oss-cn-hangzhou.aliyuncs.com");
    expect(sent.s3).not.toHaveProperty("secretAccessKey");
  });

  it("shows what the API refuses at the field", () => {
    const fields = new Map([["connection.modelService.baseUrl", "not allowed"]]);
    expect(problemsIn(new ApiError(400, "FIELD_INVALID", "not allowed", {}, fields))).toEqual({
      baseUrl: "not allowed",
    });
    expect(problemsIn(new ApiError(409, "ALREADY_EXISTS", "taken"))).toEqual({ id: "taken" });
  });
});
