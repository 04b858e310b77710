/** How a picture lies in its frame: enlarged so many times over the size at which it fits, and moved by pixels. */
export interface Zoom {
  readonly factor: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const fitting: Zoom = { factor: 1, x: 0, y: 0 };
const MOST_FACTOR = 40;

/** Enlarged by a factor, such that what lies at a point stays there. The point counts from the middle of the frame. */
export function zoomedAt(zoom: Zoom, by: number, point: { readonly x: number; readonly y: number }, frame: Size): Zoom {
  const factor = Math.min(Math.max(zoom.factor * by, 1), MOST_FACTOR);
  const grown = factor / zoom.factor;
  return inside({ factor, x: point.x - (point.x - zoom.x) * grown, y: point.y - (point.y - zoom.y) * grown }, frame);
}

export function movedBy(zoom: Zoom, x: number, y: number, frame: Size): Zoom {
  return inside({ ...zoom, x: zoom.x + x, y: zoom.y + y }, frame);
}

/** The picture cannot be moved out of its frame. */
function inside({ factor, x, y }: Zoom, { width, height }: Size): Zoom {
  const within = (value: number, side: number) => {
    const most = (side * (factor - 1)) / 2;
    return Math.min(Math.max(value, -most), most) + 0;
  };
  return { factor, x: within(x, width), y: within(y, height) };
}
