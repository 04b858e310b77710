import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/errors";
import type { Session } from "@/api/session";
import { PreferencesMenu } from "@/app/PreferencesMenu";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import { signInRoute } from "./route";
import styles from "./SignInScreen.module.css";
import { isToken, useEntry } from "./useEntry";

/** Asks for a token, which the console keeps in a cookie that no script can read; or takes the one that a link brings. */
export function SignInScreen() {
  const words = useWords();
  const entry = useEntry();
  const outcome = entry.byLink.data;
  return (
    <main className={styles["screen"]}>
      <title>{`${words.signIn.title} · ${words.frame.product}`}</title>
      <div className={styles["preferences"]}>
        <PreferencesMenu />
      </div>
      <div className={styles["card"]}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>{words.signIn.title}</h1>
        {entry.isFollowing ? (
          <p role="status" className={styles["lead"]}>
            {words.signIn.following}
          </p>
        ) : outcome?.kind === "other" ? (
          <>
            <p>{words.signIn.otherLink(outcome.workspace)}</p>
            {entry.byToken.error !== null && <ErrorNote error={entry.byToken.error} />}
            <Button kind="primary" busy={entry.byToken.isPending} onClick={() => entry.byToken.mutate(outcome.token)}>
              {words.signIn.byLink}
            </Button>
            <GoOn session={outcome.session} onGoOn={entry.goOn} />
          </>
        ) : (
          <>
            <TokenForm entry={entry} />
            {outcome?.kind === "refused" && outcome.session !== null && (
              <GoOn session={outcome.session} onGoOn={entry.goOn} />
            )}
          </>
        )}
      </div>
    </main>
  );
}

interface GoOnProps {
  readonly session: Session;
  readonly onGoOn: () => void;
}

function GoOn({ session, onGoOn }: GoOnProps) {
  const words = useWords();
  return (
    <>
      <p className={styles["lead"]}>{words.signIn.signedIn(session.workspace, words.frame.role[session.role])}</p>
      <Button onClick={onGoOn}>{words.signIn.goOn}</Button>
    </>
  );
}

function TokenForm({ entry }: { readonly entry: ReturnType<typeof useEntry> }) {
  const words = useWords().signIn;
  const { ended } = signInRoute.useSearch();
  const { byToken, byLink } = entry;
  const [text, setText] = useState("");
  const [mistake, setMistake] = useState<string>();
  const error = byToken.error ?? byLink.error;
  const isRefused = error instanceof ApiError && error.status === 401;
  const isLinkRefused = byLink.data?.kind === "refused" && byToken.isIdle;

  function submit(event: FormEvent) {
    event.preventDefault();
    const token = text.trim();
    const wrong = token === "" ? words.missing : isToken(token) ? undefined : words.malformed;
    setMistake(wrong);
    if (wrong === undefined) byToken.mutate(token);
    else byToken.reset();
  }

  return (
    <form className={styles["form"]} onSubmit={submit} noValidate>
      <p className={styles["lead"]}>{ended === true ? words.ended : words.lead}</p>
      <Field
        label={words.token}
        error={mistake ?? (isRefused ? words.refused : isLinkRefused ? words.linkRefused : undefined)}
        help={
          <>
            {words.tokenHelp} <code>bowerbird token create</code>
          </>
        }
      >
        <TextInput type="password" autoComplete="current-password" code value={text} onValue={setText} />
      </Field>
      {error !== null && !isRefused && <ErrorNote error={error} />}
      <Button type="submit" kind="primary" busy={byToken.isPending}>
        {words.submit}
      </Button>
    </form>
  );
}
