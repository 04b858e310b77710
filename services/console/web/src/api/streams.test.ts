import { describe, expect, it, vi } from "vitest";
import { messagesOf } from "./streams";

describe("a stream", () => {
  it("gives one message a line, wherever the pieces are cut", async () => {
    const bytes = new TextEncoder().encode('{"n":1}\n{"n":2,"t":"鸟"}\n\n{"n":3}\n');
    for (const size of [1, 2, 7, 1000]) {
      expect(await all(messagesOf(bodyOf(piecesOf(bytes, size))))).toEqual([{ n: 1 }, { n: 2, t: "鸟" }, { n: 3 }]);
    }
  });

  it("that fails on its way throws the problem of its last line, after the messages before it", async () => {
    const problem = '{"error":{"status":404,"reason":"BUCKET_NOT_FOUND","detail":"There is no bucket x."}}\n';
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const message of messagesOf(bodyOf([text('{"n":1}\n'), text(problem)]))) seen.push(message);
    })();
    await expect(reading).rejects.toMatchObject({
      status: 404,
      reason: "BUCKET_NOT_FOUND",
      message: "There is no bucket x.",
    });
    expect(seen).toEqual([{ n: 1 }]);
  });

  it("that is cut off in a line tells that no answer came", async () => {
    await expect(all(messagesOf(bodyOf([text('{"n":1}\n{"n":')])))).rejects.toMatchObject({ reason: "NO_ANSWER" });
  });

  it("ends the call when its reader leaves", async () => {
    const cancel = vi.fn();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(text('{"n":1}\n{"n":2}\n')),
      cancel,
    });
    for await (const message of messagesOf<{ n: number }>(body)) {
      expect(message).toEqual({ n: 1 });
      break;
    }
    expect(cancel).toHaveBeenCalledOnce();
  });
});

async function all<Message>(messages: AsyncGenerator<Message>): Promise<Message[]> {
  const found: Message[] = [];
  for await (const message of messages) found.push(message);
  return found;
}

function bodyOf(pieces: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

function piecesOf(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, at) => bytes.slice(at * size, (at + 1) * size));
}

function text(words: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(words);
}
