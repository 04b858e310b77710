import { describe, expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { en } from "@/words/en";
import { datasetOf, emptyDraft, idOfDraft, mistakesIn, mistakesOf } from "./draft";

describe("the draft of a dataset", () => {
  it("takes its id from the last folder of the path until one is typed", () => {
    expect(idOfDraft({ ...emptyDraft, rootUri: "s3://bucket/photos/Summer 2026/" })).toBe("Summer-2026");
    expect(idOfDraft({ ...emptyDraft, rootUri: "s3://bucket" })).toBe("bucket");
    expect(idOfDraft({ ...emptyDraft, rootUri: "s3://bucket/照片/" })).toBe("");
    expect(idOfDraft({ ...emptyDraft, rootUri: "s3://bucket/x/", id: "mine" })).toBe("mine");
  });

  it("says what is missing", () => {
    expect(mistakesIn(emptyDraft, en.newDataset)).toEqual(en.newDataset.mistakes);
    const draft = { ...emptyDraft, connection: "workspaces/w/connections/c", rootUri: "s3://b/x/" };
    expect(Object.values(mistakesIn(draft, en.newDataset)).filter(Boolean)).toEqual([]);
    expect(mistakesIn({ ...draft, id: "-x" }, en.newDataset).id).toBe(en.newDataset.mistakes.id);
  });

  it("shows what the API refused at the field that it is about", () => {
    expect(mistakesOf(new ApiError(409, "ALREADY_EXISTS", "taken")).id).toBe("taken");
    expect(mistakesOf(new ApiError(404, "BUCKET_NOT_FOUND", "no bucket")).rootUri).toBe("no bucket");
    const field = new ApiError(400, "FIELD_INVALID", "bad", {}, new Map([["dataset.mountPath", "bad"]]));
    expect(mistakesOf(field)).toMatchObject({ mountPath: "bad", rootUri: undefined });
  });

  it("leaves out what is empty, and labels without a key", () => {
    const labels = [
      { key: "team", value: "vision" },
      { key: "", value: "lost" },
    ];
    const dataset = datasetOf({ ...emptyDraft, connection: "c", rootUri: " s3://b/x/ ", labels });
    expect(dataset).toEqual({
      storageConnection: "c",
      rootUri: "s3://b/x/",
      importFormat: "IMPORT_FORMAT_FOLDER",
      kind: "KIND_PREMIUM",
      contentType: "CONTENT_TYPE_IMAGE",
      labels: { team: "vision" },
    });
  });
});
