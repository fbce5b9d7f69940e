import { expect, test } from "vitest";
import { FIRST_OVERLAYS, type OverlayState, stepped, toggled, withStrengths } from "./overlayStrengths";

const BOTH = { heat: true, marks: true };
const MARKS = { heat: false, marks: true };

test("the keys change both, within their range", () => {
  const stronger = stepped(FIRST_OVERLAYS, 1, BOTH);
  expect(stronger.now).toEqual({ heat: 0.6, marks: 1 });
  let weaker: OverlayState = FIRST_OVERLAYS;
  for (let press = 0; press < 7; press += 1) weaker = stepped(weaker, -1, BOTH);
  expect(weaker.now).toEqual({ heat: 0, marks: 0 });
});

test("off and on brings each back as it was, the heat map off too", () => {
  const linesOnly = withStrengths(FIRST_OVERLAYS, { heat: 0, marks: 0.8 }, BOTH);
  const off = toggled(linesOnly, BOTH);
  expect(off.now).toEqual({ heat: 0, marks: 0 });
  expect(toggled(off, BOTH).now).toEqual({ heat: 0, marks: 0.8 });
});

test("what the prediction does not have counts as off", () => {
  const slidOff = withStrengths(FIRST_OVERLAYS, { heat: 0.4, marks: 0 }, MARKS);
  expect(toggled(slidOff, MARKS).now).toEqual({ heat: 0.4, marks: 1 });
  expect(toggled(slidOff, BOTH).now).toEqual({ heat: 0, marks: 0 });
});
