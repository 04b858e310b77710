import { Link, type LinkProps } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useWords } from "@/words/words";
import styles from "./Page.module.css";

export interface Crumb {
  readonly label: string;
  readonly link: LinkProps;
}

/** The way from the top to this screen. */
export function Crumbs({ crumbs, here }: { readonly crumbs: readonly Crumb[]; readonly here: string }) {
  const words = useWords().frame;
  return (
    <nav aria-label={words.breadcrumb}>
      <ol className={styles["crumbs"]}>
        {crumbs.map((crumb) => (
          <li key={crumb.label}>
            <Link {...crumb.link} className={styles["crumb"]}>
              {crumb.label}
            </Link>
            <ChevronRight size={12} aria-hidden />
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  );
}
