import { describe, expect, it } from "vitest";
import { readPasted } from "./pastedConfig";

const read = (document: unknown, kind: Parameters<typeof readPasted>[1]) => readPasted(JSON.stringify(document), kind);

describe("a pasted config", () => {
  it("is read in either spelling of object storage", () => {
    const wanted = { endpoint: "https://s", region: "r", accessKeyId: "k", secret: "s" };
    expect(read({ endpoint: "https://s", region: "r", accessKeyId: "k", accessKeySecret: "s" }, "s3").filled).toEqual(
      wanted,
    );
    expect(read({ endpoint: "https://s", Region: "r", access_key: "k", secret_key: "s" }, "s3").filled).toEqual(wanted);
  });

  it("is read in either spelling of a database", () => {
    const wanted = { host: "h", port: "80", database: "d", username: "u", secret: "p" };
    expect(read({ host: "h", port: 80, database: "d", user: "u", password: "p" }, "pgvector").filled).toEqual(wanted);
    expect(read({ host: "h", port: "80", database: "d", access_id: "u", access_key: "p" }, "pgvector").filled).toEqual(
      wanted,
    );
  });

  it("prefers the exact name where two spellings are given", () => {
    expect(read({ user: "b", username: "a" }, "pgvector").filled).toEqual({ username: "a" });
  });

  it("is read from the address of a database alone", () => {
    expect(read({ uri: "postgresql://me:p%40ss@db.example.org:6432/vectors" }, "pgvector").filled).toEqual({
      host: "db.example.org",
      port: "6432",
      database: "vectors",
      username: "me",
      secret: "p@ss",
    });
  });

  it("is read from Configs, Secrets and Models as PAI lists them", () => {
    const pasted = read(
      {
        Configs: [{ Key: "base_url", Value: "https://m/v1" }],
        Secrets: [{ Key: "api_key", Value: "sk" }],
        Models: [
          { Model: "qwen-vl-max", ModelType: "VLM" },
          { Model: "vision", Dimension: 1024 },
        ],
        Accessibility: "PUBLIC",
      },
      "modelService",
    );
    expect(pasted.filled).toEqual({
      baseUrl: "https://m/v1",
      secret: "sk",
      models: [
        { model: "qwen-vl-max", dimension: "" },
        { model: "vision", dimension: "1024" },
      ],
    });
    expect(pasted.unread).toEqual(["Accessibility"]);
  });

  it("takes the token of EAS for the key", () => {
    expect(read({ url: "https://eas/api", token: "t" }, "modelService").filled).toEqual({
      baseUrl: "https://eas/api",
      secret: "t",
    });
  });

  it("names what it does not use, and refuses what is no object", () => {
    expect(read({ shards: 1, host: { a: 1 } }, "pgvector")).toEqual({ filled: {}, unread: ["shards", "host"] });
    expect(() => readPasted("[1]", "s3")).toThrow(SyntaxError);
    expect(() => readPasted("{", "s3")).toThrow(SyntaxError);
  });
});
