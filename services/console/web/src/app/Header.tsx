import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { useState } from "react";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { Tooltip } from "@/parts/Tooltip";
import { useWords } from "@/words/words";
import { AccountMenu } from "./AccountMenu";
import styles from "./Frame.module.css";
import { KeysDialog } from "./KeysDialog";
import { navigation } from "./navigation";
import { PreferencesMenu } from "./PreferencesMenu";

/** The bar above every screen: where one can go, and what holds everywhere. */
export function Header() {
  const words = useWords();
  const [keysShown, showKeys] = useState(false);
  useShortcut({ key: "?", label: words.frame.help, run: () => showKeys(true) });

  return (
    <header className={styles["header"]}>
      <Link to="/" className={styles["brand"]}>
        <img src="/icon.svg" alt="" width={22} height={22} />
        {words.frame.product}
      </Link>
      <nav aria-label={words.frame.navigation} className={styles["navigation"]}>
        {navigation.map(({ label, link }) => (
          <Link key={link.to} {...link} className={styles["entry"]}>
            {label(words)}
          </Link>
        ))}
      </nav>
      <div className={styles["tools"]}>
        <Tooltip text={words.frame.help}>
          <Button
            kind="quiet"
            aria-label={words.frame.help}
            icon={<Keyboard size={16} aria-hidden />}
            onClick={() => showKeys(true)}
          />
        </Tooltip>
        <PreferencesMenu />
        <AccountMenu />
      </div>
      <KeysDialog open={keysShown} onOpen={showKeys} />
    </header>
  );
}
