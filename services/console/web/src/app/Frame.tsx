import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { sessionQuery } from "@/api/session";
import { useWords } from "@/words/words";
import styles from "./Frame.module.css";
import { Header } from "./Header";
import { SessionContext } from "./session";

/** Around every screen: the header above, and who is signed in for all below. */
export function Frame() {
  const words = useWords().frame;
  const session = useQuery(sessionQuery).data ?? null;
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useFocusOnContent(path);

  useEffect(() => {
    if (session !== null) return;
    const { pathname, search, hash } = window.location;
    void navigate({ to: "/sign-in", search: { to: pathname + search + hash, ended: true }, replace: true });
  }, [session, navigate]);

  if (session === null) return null;
  return (
    <SessionContext value={session}>
      <a href="#content" className={styles["skip"]}>
        {words.skip}
      </a>
      <Header />
      <Outlet />
    </SessionContext>
  );
}

/** After a step to another screen the focus is at its beginning, where a screen reader goes on reading. */
function useFocusOnContent(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [path]);
}
