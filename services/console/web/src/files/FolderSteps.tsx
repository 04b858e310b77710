import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import styles from "./Folder.module.css";
import { stepsTo } from "./places";

interface Props {
  /** Uri of the folder that is shown; empty, the top of the connection. */
  readonly place: string;
  /** Uri of the uppermost folder to go to; without it everything that the connection leads to. */
  readonly top?: string;
  readonly onGo: (uri: string) => void;
}

/** The way to a folder, each step of which leads back up. */
export function FolderSteps({ place, top = "", onGo }: Props) {
  const words = useWords().folders;
  return (
    <nav className={styles["path"]} aria-label={words.path}>
      {top === "" && (
        <Button kind="quiet" size="small" onClick={() => onGo("")}>
          {words.top}
        </Button>
      )}
      {stepsTo(place, top).map(({ name, uri }) => (
        <Button key={uri} kind="quiet" size="small" onClick={() => onGo(uri)}>
          / {name}
        </Button>
      ))}
    </nav>
  );
}
