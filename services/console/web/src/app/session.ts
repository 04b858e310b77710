import { createContext, use } from "react";
import { may, type Role, type Session } from "@/api/session";

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in; for screens below `signedIn`. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession is for screens below the route signedIn");
  return session;
}

/** Whether who is signed in may do what needs a role. */
export function useMay(role: Role): boolean {
  return may(useSession(), role);
}
