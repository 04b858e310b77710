import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/errors";
import { sessionQuery, signIn } from "@/api/session";
import { PreferencesMenu } from "@/app/PreferencesMenu";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import { signInRoute } from "./route";
import styles from "./SignInScreen.module.css";

/** Asks for a token, which the console keeps in a cookie that no script can read. */
export function SignInScreen() {
  const words = useWords();
  const { to, ended } = signInRoute.useSearch();
  const queries = useQueryClient();
  const router = useRouter();
  const [token, setToken] = useState("");
  const [missing, setMissing] = useState(false);
  const entry = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      // Nothing of another workspace may remain.
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      router.history.push(to ?? "/");
    },
  });
  const refused = entry.error instanceof ApiError && entry.error.status === 401;

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(token.trim() === "");
    if (token.trim() !== "") entry.mutate(token.trim());
  }

  return (
    <main className={styles["screen"]}>
      <title>{`${words.signIn.title} · ${words.frame.product}`}</title>
      <div className={styles["preferences"]}>
        <PreferencesMenu />
      </div>
      <form className={styles["card"]} onSubmit={submit} noValidate>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>{words.signIn.title}</h1>
        <p className={styles["lead"]}>{ended === true ? words.signIn.ended : words.signIn.lead}</p>
        <Field
          label={words.signIn.token}
          error={missing ? words.signIn.missing : refused ? words.signIn.refused : undefined}
          help={
            <>
              {words.signIn.tokenHelp} <code>bowerbird token create</code>
            </>
          }
        >
          <TextInput type="password" autoComplete="current-password" code value={token} onValue={setToken} />
        </Field>
        {entry.error !== null && !refused && <ErrorNote error={entry.error} />}
        <Button type="submit" kind="primary" busy={entry.isPending}>
          {words.signIn.submit}
        </Button>
      </form>
    </main>
  );
}
