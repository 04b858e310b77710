import { describe, expect, it } from "vitest";
import { fitting, movedBy, zoomedAt } from "./zoom";

const frame = { width: 800, height: 600 };

describe("zoom", () => {
  it("keeps what lies under the pointer there", () => {
    const point = { x: 120, y: -80 };
    const first = zoomedAt(fitting, 3, { x: 0, y: 0 }, frame);
    const second = zoomedAt(first, 2, point, frame);
    // The place of the picture below the point, in pixels of the fitting picture.
    const below = (zoom: typeof first) => [(point.x - zoom.x) / zoom.factor, (point.y - zoom.y) / zoom.factor];
    expect(below(second)[0]).toBeCloseTo(below(first)[0] ?? 0, 6);
    expect(below(second)[1]).toBeCloseTo(below(first)[1] ?? 0, 6);
  });

  it("ends at the size that fits, in the middle", () => {
    const moved = movedBy(zoomedAt(fitting, 4, { x: 300, y: 200 }, frame), 50, 50, frame);
    expect(zoomedAt(moved, 0.001, { x: 10, y: 10 }, frame)).toEqual(fitting);
  });

  it("cannot move the picture out of its frame", () => {
    const zoom = zoomedAt(fitting, 2, { x: 0, y: 0 }, frame);
    expect(movedBy(zoom, 10_000, -10_000, frame)).toEqual({ factor: 2, x: 400, y: -300 });
    expect(movedBy(fitting, 30, 30, frame)).toEqual(fitting);
  });
});
