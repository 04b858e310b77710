import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Filters.module.css";

interface Props {
  readonly title: string;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}

/** One filter of the panel; its heading opens and closes it. */
export function Filter({ title, isOpen = true, children }: Props) {
  return (
    <Collapsible.Root defaultOpen={isOpen} className={styles["filter"]} render={<section />}>
      <h2 className={styles["heading"]}>
        <Collapsible.Trigger className={styles["fold"]}>
          {title}
          <ChevronDown size={14} aria-hidden />
        </Collapsible.Trigger>
      </h2>
      <Collapsible.Panel className={styles["content"]}>{children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
