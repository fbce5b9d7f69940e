import { expect, test } from "vitest";
import { WheelNotches, zoomOfPinch, zoomOfWheel } from "./wheel";

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

const turn = (deltaY: number, deltaMode = PIXELS) => ({ deltaY, deltaMode, timeStamp: 0 });
const product = (factors: number[]) => factors.reduce((all, one) => all * one, 1);

test.each([
  [100, PIXELS],
  [120, PIXELS],
  [3, LINES],
  [1, PAGES],
])("a notch of %d in mode %d zooms by 15 %, up enlarges", (deltaY, mode) => {
  expect(zoomOfWheel(turn(-deltaY, mode))).toBeCloseTo(1.15, 12);
  expect(zoomOfWheel(turn(deltaY, mode))).toBeCloseTo(1 / 1.15, 12);
});

test("the small steps of a trackpad zoom by their distance, however many events they are", () => {
  for (const steps of [4, 20, 100]) {
    expect(product(Array(steps).fill(zoomOfWheel(turn(-200 / steps))))).toBeCloseTo(1.15 ** 2, 12);
  }
});

test("a pinch enlarges as far as the fingers part, in however many steps", () => {
  const pinch = (deltaY: number) => zoomOfPinch({ ...turn(deltaY), ctrlKey: true }, false) ?? 0;
  // Chromium: deltaY = -100 ln(scale).
  const twiceAsFar = -100 * Math.log(2);
  expect(pinch(twiceAsFar)).toBeCloseTo(2, 12);
  expect(product(Array(50).fill(pinch(twiceAsFar / 50)))).toBeCloseTo(2, 12);
  expect(pinch(-twiceAsFar)).toBeCloseTo(0.5, 12);
});

test("the wheel with Ctrl held is no pinch, nor is a whole notch, nor a wheel without Ctrl", () => {
  expect(zoomOfPinch({ ...turn(-5), ctrlKey: true }, true)).toBeNull();
  expect(zoomOfPinch({ ...turn(-100), ctrlKey: true }, false)).toBeNull();
  expect(zoomOfPinch({ ...turn(-5), ctrlKey: false }, false)).toBeNull();
});
