import { expect, test } from "vitest";
import { csvText } from "./csv";
import type { MarkingParticipant } from "./description";
import { CURVE_COLUMNS, curveRows } from "./marksText";

const undefinedCurve = { undefined: "no-negative-cases", detail: "There is no case without a lesion.", n: 3 };
const ADA = {
  subject: "readers",
  name: "ada",
  n: 3,
  negatives: 0,
  lesions: 7,
  curves: {
    froc: [
      { x: 0, y: 0, threshold: null, x_low: null, x_high: null, x_method: null },
      {
        ...{ x: 1 / 3, y: 1 / 7, threshold: 0.12345678901234566 },
        ...{ x_low: 0.06, x_high: 1.9, x_method: 1, y_low: 0.03, y_high: 0.5, y_method: 0 },
      },
    ],
    afroc: undefinedCurve,
    wafroc: undefinedCurve,
  },
} as unknown as MarkingParticipant;

test("a curve as a table has every digit, n and the method of each interval, and no row of what is undefined", () => {
  const marks = { level: 0.95, interval_methods: ["ratio estimator, wilson", "poisson score"] };
  const lines = csvText(CURVE_COLUMNS, curveRows(marks, [ADA], "froc")).split("\r\n");
  expect(lines[1]).toBe("readers,ada,froc,0,0,,,,,3,,,,7,0.95");
  expect(lines[2]).toBe(
    "readers,ada,froc,0.3333333333333333,0.14285714285714285,0.12345678901234566,0.06,1.9,poisson score,3," +
      '0.03,0.5,"ratio estimator, wilson",7,0.95',
  );
  expect(curveRows(marks, [ADA], "afroc")).toEqual([]);
});
