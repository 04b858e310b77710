import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listenForShortcuts, useShortcut, useShortcuts } from "./shortcuts";
import { useSearchKey } from "./useSearchKey";

describe("a key", () => {
  const run = vi.fn();
  let stop: () => void;

  beforeEach(() => {
    run.mockReset();
    stop = listenForShortcuts();
  });
  afterEach(() => stop());

  it("does what the screen says while the screen is there", () => {
    const { unmount } = render(<Screen run={run} />);
    fireEvent.keyDown(document.body, { key: "x" });
    expect(run).toHaveBeenCalledOnce();
    unmount();
    fireEvent.keyDown(document.body, { key: "x" });
    expect(run).toHaveBeenCalledOnce();
  });

  it("that was pressed before the screen came is done once it is there", () => {
    fireEvent.keyDown(document.body, { key: "x" });
    const { unmount } = render(<Screen run={run} />);
    expect(run).toHaveBeenCalledOnce();
    unmount();
    render(<Screen run={run} />);
    expect(run).toHaveBeenCalledOnce();
  });

  it("is forgotten where something else was pressed before the screen came", () => {
    fireEvent.keyDown(document.body, { key: "x" });
    fireEvent.pointerDown(document.body);
    render(<Screen run={run} />);
    fireEvent.keyDown(document.body, { key: "y" });
    expect(run).not.toHaveBeenCalled();
  });

  it("leads to a box that comes later than it was pressed", () => {
    const { rerender } = render(<Searched isThere={false} />);
    fireEvent.keyDown(document.body, { key: "/" });
    rerender(<Searched isThere />);
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });

  it("is listed with what it does", () => {
    render(<Screen run={run} />);
    expect(screen.getByRole("list").textContent).toBe("x: Select");
  });

  it("does nothing where it is typed, or in a dialog", () => {
    render(<Screen run={run} />);
    fireEvent.keyDown(screen.getByRole("textbox"), { key: "x" });
    fireEvent.keyDown(screen.getByRole("button"), { key: "x" });
    expect(run).not.toHaveBeenCalled();
  });

  it("does nothing together with Ctrl, which belongs to the browser", () => {
    render(<Screen run={run} />);
    fireEvent.keyDown(document.body, { key: "x", ctrlKey: true });
    expect(run).not.toHaveBeenCalled();
  });
});

function Searched({ isThere }: { readonly isThere: boolean }) {
  const box = useSearchKey("Search");
  return isThere ? <input type="search" ref={box} /> : null;
}

function Screen({ run }: { readonly run: () => void }) {
  useShortcut({ key: "x", label: "Select", run });
  return (
    <>
      <ul>
        {useShortcuts().map(({ key, label }) => (
          <li key={key}>{`${key}: ${label}`}</li>
        ))}
      </ul>
      <input type="text" />
      <div role="dialog">
        <button type="button">In a dialog</button>
      </div>
    </>
  );
}
