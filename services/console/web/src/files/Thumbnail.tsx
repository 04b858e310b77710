import { ImageOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { classes } from "@/parts/classes";
import styles from "./Thumbnail.module.css";

/** Few sizes, so that a thumbnail that was made once fits most tiles. */
const SIDES_PX = [128, 256, 384, 768];

interface Props {
  /** Name of the file. */
  readonly file: string;
  /** Width of the place it stands in. */
  readonly widthPx: number;
}

/** A square thumbnail. Its name stands beside it. A download under way ends with it: nobody waits for tiles that are gone. */
export function Thumbnail({ file, widthPx }: Props) {
  const [state, setState] = useState<"coming" | "shown" | "failed">("coming");
  const image = useRef<HTMLImageElement>(null);
  const address = thumbnailAddress(file, widthPx);
  useEffect(() => {
    const element = image.current;
    if (element === null) return;
    element.src = address;
    return () => {
      if (!element.complete) element.removeAttribute("src");
    };
  }, [address]);
  if (state === "failed") {
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
      className={classes(styles["thumbnail"], state === "coming" && styles["coming"])}
      onLoad={() => setState("shown")}
      onError={() => setState("failed")}
    />
  );
}

export function thumbnailAddress(file: string, widthPx: number): string {
  const wanted = widthPx * window.devicePixelRatio;
  const side = SIDES_PX.find((one) => one >= wanted * 0.9) ?? SIDES_PX.at(-1);
  return `/v1/${file}:thumbnail?mode=m_fill,w_${side},h_${side}`;
}
