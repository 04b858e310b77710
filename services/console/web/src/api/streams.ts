import { noAnswer, problemFrom } from "./errors";

/**
 * The messages of a server stream: one JSON text a line (`application/x-ndjson`). A stream that fails after its first
 * byte tells so in its last line, `{"error": problem}`, which is thrown as `ApiError`. Leaving the loop ends the call.
 */
export async function* messagesOf<Message>(body: ReadableStream<Uint8Array>): AsyncGenerator<Message, void, undefined> {
  for await (const line of linesOf(body)) {
    const message: unknown = JSON.parse(line);
    if (typeof message === "object" && message !== null && "error" in message) throw problemFrom(message.error, 500);
    yield message as Message;
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield line;
    }
    // Every message ends with a line break: what is left was cut off.
    if (rest.trim() !== "") throw noAnswer("the stream broke off");
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The body of a streamed call, made with `parseAs: "stream"`. */
export async function streamOf<Message>(
  call: Promise<{ data?: ReadableStream<Uint8Array> | null }>,
): Promise<AsyncGenerator<Message, void, undefined>> {
  const { data } = await call;
  if (data === undefined || data === null) throw noAnswer("the answer has no body");
  return messagesOf<Message>(data);
}
