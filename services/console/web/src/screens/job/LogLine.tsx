import { memo, useContext } from "react";
import type { JobLogLine } from "@/api/types";
import { SpeechContext } from "@/words/words";
import styles from "./JobLog.module.css";

const times = {
  en: new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "medium" }),
  zh: new Intl.DateTimeFormat("zh-CN", { dateStyle: "short", timeStyle: "medium" }),
};

/** A line of a log: when, how much it matters, and what it says. */
export const LogLine = memo(({ line }: { readonly line: JobLogLine }) => {
  const { language, words } = useContext(SpeechContext);
  const level = line.level ?? "LEVEL_INFO";
  return (
    <div className={styles["line"]}>
      <time className={styles["time"]} dateTime={line.time}>
        {line.time !== undefined && times[language].format(new Date(line.time))}
      </time>
      <span className={styles[level]}>{words.jobs.log.names[level]}</span>
      <span className={styles["message"]}>{line.message}</span>
    </div>
  );
});
