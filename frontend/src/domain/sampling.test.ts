import { describe, expect, it } from "vitest";
import { type FrameColumn, firstColumns, guessedPositive, missing, shareText, totals } from "./sampling";

const column = (name: string, values: string[], number_of_values = values.length): FrameColumn => ({
  name,
  number_of_values,
  values: values.map((value) => ({ value, candidates: 1 })),
});

const COLUMNS = [
  column("id", ["a"], 400),
  column("site", ["A", "B"]),
  column("Truth", ["benign", "Malignant"]),
];

describe("a new draw", () => {
  it("begins with the truth, else with the first column that makes strata", () => {
    expect(firstColumns(COLUMNS)).toEqual(["Truth"]);
    expect(firstColumns(COLUMNS.slice(0, 2))).toEqual(["site"]);
    expect(firstColumns(COLUMNS.slice(0, 1))).toEqual([]);
  });

  it("guesses what is diseased from the chosen columns only", () => {
    expect(guessedPositive(COLUMNS, ["site", "Truth"])).toEqual({ column: "Truth", values: ["Malignant"] });
    expect(guessedPositive(COLUMNS, ["site"])).toBeNull();
  });
});

it("counts what is there, what is wanted and what is missing", () => {
  const one = { values: ["1"], candidates: 9, patients: 8, eligible: 7, wanted: 10, fraction: null };
  expect(missing(one)).toBe(3);
  expect(missing({ ...one, wanted: 2 })).toBe(0);
  expect(totals([one, { ...one, wanted: 2 }])).toEqual({ candidates: 18, eligible: 14, wanted: 12 });
  expect([shareText(0.125), shareText(null)]).toEqual(["12.5 %", "–"]);
});
