import { expect, test } from "vitest";
import { stepsThrough } from "./slabSteps";

test.each([
  // 3, 4 and 12 make 13.
  ["a small box", [-1, 2, 0, 4, 5, 17], 0.5, 26],
  // 512 x 512 pixels of 0.7 mm and 300 slices of 1 mm in steps of 0.1 mm: more than the 4000 that are allowed at first.
  ["a chest CT", [0, 357.7, 0, 357.7, 0, 299], 0.1, 5877],
])("steps through %s are its diagonal by the step", (_name, bounds, step_mm, steps) => {
  expect(stepsThrough(bounds, step_mm)).toBe(steps);
});
