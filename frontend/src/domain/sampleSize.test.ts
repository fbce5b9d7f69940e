import { describe, expect, test } from "vitest";
import { FIRST_PLAN, formOf, inputsOf, neededText, powerText, wholeNumbers } from "./sampleSize";

describe("a plan", () => {
  test("lists are typed with commas or blanks, and nothing else", () => {
    expect(wholeNumbers(" 4, 6  8;10 ")).toEqual([4, 6, 8, 10]);
    for (const text of ["", "4, six", "4.5", "-4", ", ,"]) expect(wholeNumbers(text)).toBeNull();
  });

  test("only the numbers of its basis are sent, and none while one is missing", () => {
    const sent = inputsOf(FIRST_PLAN);
    expect(Object.keys(sent ?? {})).not.toContain("cov1");
    expect(sent?.readers).toEqual([4, 6, 8, 10, 12, 15]);
    expect(inputsOf({ ...FIRST_PLAN, basis: "COMPONENTS" })).toBeNull();
    expect(inputsOf({ ...FIRST_PLAN, basis: "PILOT" })).toBeNull();
    const pilot = inputsOf({ ...FIRST_PLAN, basis: "PILOT", pilotRunId: "a" });
    expect(pilot).toMatchObject({ pilot_run_id: "a", difference: 0.05 });
    expect(pilot).not.toHaveProperty("auc");
  });

  test("what was stored comes back as the form that it came from", () => {
    const sent = inputsOf(FIRST_PLAN);
    expect(sent && inputsOf(formOf(sent))).toEqual(sent);
  });

  test("words never promise more than the number", () => {
    const cell = { readers: 6, cases: 100, positives: 50, negatives: 50 };
    expect(powerText({ ...cell, outcome: { power: 0.9999, noncentrality: 1, df2: 1 } })).toBe("> 0.99");
    expect(powerText({ ...cell, outcome: { power: 0.8049, noncentrality: 1, df2: 1 } })).toBe("0.80");
    const unreached = { undefined: "too-few-readers", detail: "", n: 4 };
    expect(neededText({ readers: 4, outcome: unreached }, 5000)).toBe("more than 5000");
    expect(neededText({ readers: 1, outcome: unreached }, 5000)).toBe("not defined: too few readers");
  });
});
