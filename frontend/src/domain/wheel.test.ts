import { expect, test } from "vitest";
import { WheelNotches } from "./wheel";

const PIXELS = 0;
const LINES = 1;
const PAGES = 2;

function turns(deltas: number[], deltaMode = PIXELS, every_ms = 16): number[] {
  const wheel = new WheelNotches();
  return deltas.map((deltaY, index) => wheel.add({ deltaY, deltaMode, timeStamp: index * every_ms }));
}

test.each([100, 120])("each notch of %d pixels is one slice, however many follow", (notch) => {
  expect(turns(Array(20).fill(notch))).toEqual(Array(20).fill(1));
  expect(turns([notch, -notch, notch])).toEqual([1, -1, 1]);
  expect(turns([2 * notch, 3 * notch])).toEqual([2, 3]);
});

test("lines and pages count as notches, too", () => {
  expect(turns([3, 3, -3], LINES)).toEqual([1, 1, -1]);
  expect(turns([1, 1, 1, 1, 1, 1], LINES).reduce((sum, steps) => sum + steps)).toBe(2);
  expect(turns([1], PAGES)).toEqual([1]);
});

test("the small steps of a trackpad add up by their distance", () => {
  const steps = turns(Array(100).fill(4));
  expect(steps.reduce((sum, one) => sum + one)).toBe(4);
  expect(steps.filter((one) => one !== 0)).toEqual([1, 1, 1, 1]);
  expect(turns(Array(50).fill(-10)).reduce((sum, one) => sum + one)).toBe(-5);
});

test("what is left over goes with a change of direction and with a pause", () => {
  expect(turns([90, -90, 90])).toEqual([0, 0, 0].map((zero) => expect.closeTo(zero)));
  expect(turns([90, 90], PIXELS, 1500)).toEqual([0, 0]);
  expect(turns([90, 90], PIXELS, 16)).toEqual([0, 1]);
});
