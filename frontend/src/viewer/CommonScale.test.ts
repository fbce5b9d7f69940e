import { expect, test } from "vitest";
import { CommonScale, type Fitted } from "./CommonScale";

const fitted = (perScreenPixel: number, change: Partial<Fitted> = {}): Fitted => ({
  width: 600,
  height: 400,
  perScreenPixel,
  unit: "mm",
  ...change,
});

/** Panes that fit their image again when they are told to, as those on the screen do. */
function panes() {
  const shown = new Map<string, number>();
  const natural = new Map<string, Fitted>();
  const scale: CommonScale<string> = new CommonScale((pane) => {
    const own = natural.get(pane);
    if (own) show(pane, own);
  });
  const show = (pane: string, own: Fitted) => {
    natural.set(pane, own);
    shown.set(pane, scale.take(pane, own));
  };
  return { shown, show, leave: (pane: string) => scale.leave(pane) };
}

test("the largest image fits, and the others are shown at its scale, whichever comes first", () => {
  const { shown, show, leave } = panes();
  show("1", fitted(0.2));
  expect(shown.get("1")).toBe(0.2);
  show("2", fitted(0.3, { width: 601 }));
  show("3", fitted(0.25));
  expect([...shown.values()]).toEqual([0.3, 0.3, 0.3]);
  leave("2");
  expect([shown.get("1"), shown.get("3")]).toEqual([0.25, 0.25]);
});

test("a pane of another size, and an image without millimetres, have a scale of their own", () => {
  const { shown, show } = panes();
  show("1", fitted(0.2));
  show("2", fitted(0.3));
  show("3", fitted(1, { unit: "px" }));
  expect([...shown.values()]).toEqual([0.3, 0.3, 1]);
  // One pane over all the others.
  show("1", fitted(0.1, { width: 1200, height: 800 }));
  expect(shown.get("1")).toBe(0.1);
  expect(shown.get("2")).toBe(0.3);
  show("1", fitted(0.2));
  expect(shown.get("1")).toBe(0.3);
});
