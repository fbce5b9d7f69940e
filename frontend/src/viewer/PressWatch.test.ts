// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PressWatch } from "./PressWatch";

const ended = vi.fn();
const watch = new PressWatch(() => false);
let pane: HTMLElement;

beforeEach(() => {
  pane = document.body.appendChild(document.createElement("div"));
  watch.watch(pane);
  document.addEventListener("mouseup", ended);
});

afterEach(() => {
  document.removeEventListener("mouseup", ended);
  watch.leave(pane);
  pane.remove();
  ended.mockReset();
});

// jsdom knows no PointerEvent; a MouseEvent of that name has all that is asked of it.
function pointer(name: string, place: { clientX: number; clientY: number; buttons: number }): void {
  pane.dispatchEvent(new MouseEvent(name, { bubbles: true, ...place }));
}

function dragTo(clientX: number, clientY: number): void {
  pointer("pointerdown", { clientX: 10, clientY: 20, buttons: 1 });
  pointer("pointermove", { clientX, clientY, buttons: 1 });
}

test.each(["pointercancel", "dragstart", "blur", "pagehide"])("%s ends a drag where it was", (name) => {
  dragTo(30, 40);
  window.dispatchEvent(new Event(name));
  window.dispatchEvent(new Event(name));
  expect(ended).toHaveBeenCalledOnce();
  expect(ended.mock.lastCall?.[0]).toMatchObject({ clientX: 30, clientY: 40, button: 0, buttons: 0 });
});

test("a button let go where the page could not see it ends the drag at the next move", () => {
  dragTo(30, 40);
  pointer("pointermove", { clientX: 90, clientY: 90, buttons: 0 });
  expect(ended.mock.lastCall?.[0]).toMatchObject({ clientX: 30, clientY: 40 });
});

test("a drag that ends by itself is ended once, and a window that loses the keyboard without a drag ends nothing", () => {
  dragTo(30, 40);
  pointer("pointerup", { clientX: 30, clientY: 40, buttons: 0 });
  window.dispatchEvent(new Event("blur"));
  expect(ended).not.toHaveBeenCalled();
});

test("a field that loses the focus to the images interrupts nothing", () => {
  const field = pane.appendChild(document.createElement("input"));
  dragTo(30, 40);
  field.dispatchEvent(new FocusEvent("blur"));
  expect(ended).not.toHaveBeenCalled();
  pointer("pointerup", { clientX: 30, clientY: 40, buttons: 0 });
});
