import { type ReactNode, useId } from "react";
import { type Crumb, Crumbs } from "./Crumbs";
import { classes } from "./classes";
import styles from "./Page.module.css";

interface Props {
  /** Name of the screen: its heading, and first in the document's title. */
  readonly title: string;
  /** The screens above this one, the farthest first. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the heading: a state in a word. */
  readonly aside?: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** `narrow` for forms, `full` for what uses the whole window. */
  readonly width?: "narrow" | "normal" | "full";
  readonly children: ReactNode;
}

/** A screen: where it lies, what it is called, what can be done, and below it what it shows. */
export function Page({ title, crumbs = [], aside, lead, actions, width = "normal", children }: Props) {
  const heading = useId();
  return (
    <main id="content" tabIndex={-1} aria-labelledby={heading} className={classes(styles["page"], styles[width])}>
      <title>{[title, ...crumbs.map((crumb) => crumb.label).reverse(), "Bowerbird"].join(" · ")}</title>
      <header className={styles["head"]}>
        {crumbs.length > 0 && <Crumbs crumbs={crumbs} here={title} />}
        <div className={styles["line"]}>
          <h1 id={heading} className={styles["title"]}>
            {title}
          </h1>
          {aside}
          {actions && <div className={styles["actions"]}>{actions}</div>}
        </div>
        {lead && <div className={styles["lead"]}>{lead}</div>}
      </header>
      {children}
    </main>
  );
}
