import { ExternalLink, ImageOff, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { EmptyState } from "@/parts/EmptyState";
import { useWords } from "@/words/words";
import styles from "./File.module.css";
import { fitting, movedBy, zoomedAt } from "./zoom";

interface Props {
  /** Name of the file. */
  readonly file: string;
  readonly path: string;
}

const STEP = 1.4;
const middle = { x: 0, y: 0 };

/** The file as a picture, to zoom and move: by wheel and pointer, by buttons, and by + - 0. */
export function Picture({ file, path }: Props) {
  const words = useWords().file;
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(fitting);
  // The original first. What a browser cannot show, like TIFF, comes as a large thumbnail.
  const [source, setSource] = useState<"original" | "thumbnail" | "none">("original");
  const size = () => ({ width: frame.current?.clientWidth ?? 0, height: frame.current?.clientHeight ?? 0 });
  const zoomBy = (by: number) => setZoom((before) => zoomedAt(before, by, middle, size()));

  useShortcut({ key: "+", label: words.zoomIn, run: () => zoomBy(STEP) });
  useShortcut({ key: "-", label: words.zoomOut, run: () => zoomBy(1 / STEP) });
  useShortcut({ key: "0", label: words.fit, run: () => setZoom(fitting) });

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top, width, height } = element.getBoundingClientRect();
      const point = { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
      setZoom((before) => zoomedAt(before, Math.exp(-event.deltaY / 400), point, { width, height }));
    };
    // React listens passively: there the page would scroll too.
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, []);

  function drag(event: PointerEvent<HTMLDivElement>) {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setZoom((before) => movedBy(before, event.movementX, event.movementY, size()));
  }

  const address = source === "original" ? `/v1/${file}:content?stream=1` : `/v1/${file}:thumbnail?mode=w_1600`;
  return (
    <div className={styles["picture"]}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below and + - 0 do the same */}
      <div
        ref={frame}
        className={styles["frame"]}
        title={words.pictureHelp}
        onPointerMove={drag}
        onDoubleClick={() => setZoom((before) => (before.factor > 1 ? fitting : zoomedAt(before, 3, middle, size())))}
      >
        {source === "none" ? (
          <EmptyState icon={<ImageOff size={28} aria-hidden />} title={words.pictureFailed}>
            {path}
          </EmptyState>
        ) : (
          <img
            key={source}
            src={address}
            alt={words.picture(path)}
            draggable={false}
            decoding="async"
            style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.factor})` }}
            onError={() => setSource(source === "original" ? "thumbnail" : "none")}
          />
        )}
      </div>
      <div className={styles["tools"]}>
        <Button
          kind="plain"
          size="small"
          aria-label={words.zoomOut}
          icon={<ZoomOut size={14} aria-hidden />}
          onClick={() => zoomBy(1 / STEP)}
        />
        <Button
          kind="plain"
          size="small"
          aria-label={words.fit}
          icon={<Maximize size={14} aria-hidden />}
          onClick={() => setZoom(fitting)}
        />
        <Button
          kind="plain"
          size="small"
          aria-label={words.zoomIn}
          icon={<ZoomIn size={14} aria-hidden />}
          onClick={() => zoomBy(STEP)}
        />
        <Button
          kind="plain"
          size="small"
          aria-label={words.original}
          title={words.original}
          icon={<ExternalLink size={14} aria-hidden />}
          onClick={() => window.open(`/v1/${file}:content`, "_blank", "noopener")}
        />
      </div>
    </div>
  );
}
