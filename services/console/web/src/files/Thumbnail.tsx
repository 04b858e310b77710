import { ImageOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { classes } from "@/parts/classes";
import styles from "./Thumbnail.module.css";

/** Few sizes, so that a thumbnail that was made once fits most tiles. */
const SIDES_PX = [128, 256, 384, 768];

/** What is wanted soon waits so long, while what is wanted now is made. */
const SOON_MS = 250;

/** When a picture is wanted: before others, behind them, or not as long as this is said. */
export type Wanted = "now" | "soon" | "later";

interface Props {
  /** Name of the file. */
  readonly file: string;
  /** Its etag where that is known: then the browser need not ask for the picture again. */
  readonly etag?: string | undefined;
  /** Width of the place it stands in. */
  readonly widthPx: number;
  readonly wanted?: Wanted;
}

/** A square thumbnail. Its name stands beside it. A download under way ends with it: nobody waits for tiles that are gone. */
export function Thumbnail({ file, etag, widthPx, wanted = "now" }: Props) {
  const [hasFailed, setFailed] = useState(false);
  const image = useRef<HTMLImageElement>(null);
  const address = thumbnailAddress(file, widthPx, etag);
  useEffect(() => {
    const element = image.current;
    if (element === null || wanted === "later" || element.getAttribute("src") === address) return;
    const fetch = () => {
      element.src = address;
    };
    if (wanted === "now") fetch();
    const waiting = wanted === "soon" ? setTimeout(fetch, SOON_MS) : undefined;
    return () => clearTimeout(waiting);
  }, [address, wanted]);
  useEffect(() => {
    const element = image.current;
    return () => {
      if (element !== null && !element.complete) element.removeAttribute("src");
    };
  }, []);
  if (hasFailed) {
    return (
      <span className={classes(styles["thumbnail"], styles["failed"])}>
        <ImageOff size={20} aria-hidden />
      </span>
    );
  }
  return (
    <img
      ref={image}
      alt=""
      decoding="async"
      draggable={false}
      fetchPriority={wanted === "now" ? "high" : "low"}
      className={styles["thumbnail"]}
      onError={() => setFailed(true)}
    />
  );
}

export function thumbnailAddress(file: string, widthPx: number, etag?: string): string {
  const wanted = widthPx * window.devicePixelRatio;
  const side = SIDES_PX.find((one) => one >= wanted * 0.9) ?? SIDES_PX.at(-1);
  const content = etag ? `&etag=${encodeURIComponent(etag)}` : "";
  return `/v1/${file}:thumbnail?mode=m_fill,w_${side},h_${side}${content}`;
}
