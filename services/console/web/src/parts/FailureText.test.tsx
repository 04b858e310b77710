import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ApiError, noAnswer } from "@/api/errors";
import { en } from "@/words/en";
import { SpeechContext } from "@/words/words";
import { zh } from "@/words/zh";
import { sentences } from "@/words/zh/reasons";
import { ErrorNote } from "./ErrorNote";
import { failureText } from "./failure";

const message = "dataset.displayName is 'x'; expected 0 to 127 characters.";
const refused = new ApiError(400, "FIELD_INVALID", message, { field: "dataset.displayName", value: "x" });

describe("a failure", () => {
  it("is told by the service's own message in English", () => {
    expect(failureText(refused, en)).toBe(message);
  });

  it("is told in Chinese with its values, and the service's own message beneath", () => {
    render(
      <SpeechContext value={{ language: "zh", words: zh, speak: async () => undefined }}>
        <ErrorNote error={refused} />
      </SpeechContext>,
    );
    expect(screen.getByRole("alert")).toHaveTextContent("字段“dataset.displayName”的值“x”无效。");
    expect(screen.getByText(message)).toHaveAttribute("lang", "en");
  });

  it.each(Object.keys(sentences))("has a Chinese sentence for %s, with and without its values", (reason) => {
    const known = { name: "N", field: "N", uri: "N", endpoint: "N", address: "N", limit: "N", request_id: "N" };
    for (const metadata of [{}, known]) {
      const sentence = zh.frame.failure.sentenceOf(reason, metadata);
      expect(sentence).toMatch(/[\u4e00-\u9fff].*。$/);
      expect(sentence).not.toContain("undefined");
    }
  });

  it("of a reason that is not known yet is told by its message", () => {
    expect(failureText(new ApiError(400, "BRAND_NEW", "It is new."), zh)).toBe("It is new.");
    expect(failureText(new ApiError(400, "constructor", "It is odd."), zh)).toBe("It is odd.");
  });

  it("without an answer names the console", () => {
    expect(failureText(noAnswer(new TypeError("Failed to fetch")), zh)).toBe(zh.frame.failure.offline);
  });
});
