import { configure, render, screen } from "@testing-library/react";
import { type UserEvent, userEvent } from "@testing-library/user-event";
import { vi } from "vitest";
import { createQueries } from "@/api/queries";
import type { Role } from "@/api/session";
import { Console } from "@/app/Console";
import { createConsoleRouter } from "@/app/router";
import { en } from "@/words/en";

// A screen is loaded when it is first opened, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

/** A call as the console gets it. */
export interface Call {
  readonly method: string;
  /** Path and query, with the query decoded. */
  readonly path: string;
  readonly body: unknown;
}

/** What the console answers to a call: a document, or a whole response. */
type Answer = object | ((call: Call) => object | Promise<object>);

interface Options {
  /** By method and path, `GET /v1/workspaces/w/jobs`; a query in the key has to be that of the call. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly role?: Role;
}

/** The whole console at an address, signed in to the workspace `w`, with these answers in place of the API. */
export async function openConsole(address: string, { answers, role = "ROLE_ADMIN" }: Options) {
  const calls: Call[] = [];
  const session = { workspace: "workspaces/w", role, subject: "workspaces/w/tokens/t" };
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init);
    const url = new URL(request.url);
    const text = await request.text();
    const call = {
      method: request.method,
      path: url.pathname + decodeURIComponent(url.search),
      body: text === "" ? undefined : JSON.parse(text),
    };
    calls.push(call);
    const all: Options["answers"] = { "GET /session": session, ...answers };
    const answer = all[`${call.method} ${call.path}`] ?? all[`${call.method} ${url.pathname}`];
    if (answer === undefined) return problem(404, "NOT_FOUND", `no answer to ${call.method} ${call.path}`);
    const given = typeof answer === "function" ? await answer(call) : answer;
    return given instanceof Response ? given : Response.json(given);
  });
  window.history.replaceState(null, "", address);
  const queries = createQueries();
  const user: UserEvent = userEvent.setup();
  const view = render(
    <Console queries={queries} router={createConsoleRouter(queries)} speech={{ language: "en", words: en }} />,
  );
  await screen.findByRole("main");
  return { calls, user, queries, view };
}

/** The API's answer to a call that fails. */
export function problem(
  status: number,
  reason: string,
  detail: string,
  metadata: Readonly<Record<string, string>> = {},
) {
  const field = metadata["field"];
  const document = {
    type: `tag:bowerbird.dev,2026:${reason}`,
    title: reason,
    status,
    detail,
    reason,
    metadata,
    ...(field !== undefined && { violations: [{ field, description: detail }] }),
  };
  return new Response(JSON.stringify(document), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

/** A stream of the API: the messages, each when it comes. */
export function ndjson(messages: AsyncIterable<object> | Iterable<object>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for await (const message of messages) controller.enqueue(encoder.encode(`${JSON.stringify(message)}\n`));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/x-ndjson" } });
}
