import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { BookOpen, CircleUser, LogOut } from "lucide-react";
import { sessionQuery, signOut } from "@/api/session";
import { Button } from "@/parts/Button";
import { failureText } from "@/parts/failure";
import { Menu, MenuItem, MenuSeparator } from "@/parts/Menu";
import { tellFailure } from "@/parts/toast";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Frame.module.css";
import { useSession } from "./session";

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const words = useWords();
  const format = useFormat();
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();

  async function leave() {
    try {
      await signOut();
    } catch (error) {
      tellFailure(words.frame.failure.title, failureText(error as Error, words));
      return;
    }
    await navigate({ to: "/sign-in" });
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, null);
  }

  return (
    <Menu
      trigger={
        <Button
          kind="quiet"
          aria-label={words.frame.account}
          title={words.frame.account}
          icon={<CircleUser size={16} aria-hidden />}
        />
      }
    >
      <div className={styles["who"]}>
        <strong>{session.workspace}</strong>
        {words.frame.role[session.role]}
        {session.expireTime !== undefined && <div>{words.frame.signedInUntil(format.time(session.expireTime))}</div>}
      </div>
      <MenuSeparator />
      <MenuItem icon={<BookOpen size={14} aria-hidden />} onClick={() => window.open("/docs", "_blank", "noopener")}>
        {words.frame.apiDocs}
      </MenuItem>
      <MenuItem icon={<LogOut size={14} aria-hidden />} onClick={() => void leave()}>
        {words.frame.signOut}
      </MenuItem>
    </Menu>
  );
}
