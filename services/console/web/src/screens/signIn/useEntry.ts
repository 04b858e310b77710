import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { callerOf } from "@/api/caller";
import { ApiError } from "@/api/errors";
import { idOf } from "@/api/names";
import { type Session, sessionQuery, signIn } from "@/api/session";
import { takeToken, useBroughtToken } from "./linkToken";
import { signInRoute } from "./route";

/** What came of a link: somebody is signed in by it, somebody else is and has to say what they want, or it is no good. */
export type Outcome =
  | { readonly kind: "entered"; readonly session: Session; readonly isNew: boolean }
  | { readonly kind: "other"; readonly session: Session; readonly token: string; readonly workspace: string }
  | { readonly kind: "refused"; readonly session: Session | null };

/** Signing in, by a token that is typed or by that of a link, and going on to the address that was asked for. */
export function useEntry() {
  const { to = "/" } = signInRoute.useSearch();
  const queries = useQueryClient();
  const router = useRouter();

  function enter(session: Session) {
    // Nothing of another workspace may remain.
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, session);
    router.history.push(to);
  }

  const byToken = useMutation({ mutationFn: signIn, onSuccess: enter });
  const byLink = useMutation({
    mutationFn: (token: string) => outcomeOf(queries, token),
    onSuccess: (outcome) => {
      if (outcome.kind !== "entered") return;
      if (outcome.isNew) enter(outcome.session);
      else router.history.push(to);
    },
  });
  const { mutate } = byLink;
  const isBrought = useBroughtToken();
  useEffect(() => {
    const token = isBrought ? takeToken() : undefined;
    if (token !== undefined) mutate(token);
  }, [isBrought, mutate]);

  return {
    byToken,
    byLink,
    /** A link is being followed: there is nothing to type. */
    isFollowing: isBrought || byLink.isPending || byLink.data?.kind === "entered",
    /** Stay who one is. */
    goOn: () => router.history.push(to),
  };
}

/** Whether a text can be a token: those are one word of printable ASCII. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,2048}$/.test(text);
}

/** A link by itself makes nobody of one workspace somebody of another. Throws `ApiError` where nothing came of it. */
async function outcomeOf(queries: QueryClient, token: string): Promise<Outcome> {
  const session = await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
  if (!isToken(token)) return { kind: "refused", session };
  try {
    if (session === null) return { kind: "entered", session: await signIn(token), isNew: true };
    const { subject, workspace } = await callerOf(token);
    return subject === session.subject
      ? { kind: "entered", session, isNew: false }
      : { kind: "other", session, token, workspace: idOf(workspace) };
  } catch (error) {
    // Not thrown on: it would tell the page that its own session has ended.
    if (error instanceof ApiError && error.status === 401) return { kind: "refused", session };
    throw error;
  }
}
