import { expect, it } from "vitest";
import { type BlindingCell, columnsOf, placesOf, summaryOf, withCell } from "./blinding";
import { type DesignArm, MATRIX_PHASES, type MatrixPhase, withArm } from "./designs";

function cell(key: string, change: Partial<BlindingCell> = {}): BlindingCell {
  const phases: MatrixPhase[] = [...MATRIX_PHASES];
  const plain = {
    about: "",
    is_switchable: true,
    default: "HIDDEN" as const,
    phases,
    why: "",
    comes_with_case: false,
  };
  return { key, name: key, ...plain, ...change };
}

const DATES = cell("dates");
const PRIORS = cell("priors", { name: "Priors", default: "SHOWN", comes_with_case: true });
const SCORES = cell("ai_scores", { name: "AI scores", default: "SHOWN" });
const OTHERS = cell("other_readers", { phases: [], is_switchable: false });
const arm = (change: Partial<DesignArm> = {}): DesignArm => ({
  key: "A",
  name: "Reading",
  ai_display: "SECOND_READ",
  blinding: {},
  ...change,
});

it("has a column for each phase that there is", () => {
  expect(columnsOf(arm()).map(({ name }) => name)).toEqual(["First read", "Second read", "Once signed"]);
  expect(columnsOf(arm({ ai_display: "HIDDEN" })).map(({ name }) => name)).toEqual([
    "While reading",
    "Once signed",
  ]);
});

it("writes one value where all phases say the same, and one for each where they differ", () => {
  const signed = withCell(DATES, arm(), ["SIGNED"], true);
  expect(signed).toEqual({ dates: { FIRST: "HIDDEN", SECOND: "HIDDEN", SIGNED: "SHOWN" } });
  expect(withCell(DATES, arm({ blinding: signed }), ["SIGNED"], false)).toEqual({ dates: "HIDDEN" });
  expect(withCell(DATES, arm({ blinding: signed }), ["FIRST", "SECOND"], true)).toEqual({ dates: "SHOWN" });
});

it("asks for the AI only where the arm shows it", () => {
  const hidden = withCell(SCORES, arm(), ["SECOND"], false);
  expect(hidden).toEqual({ ai_scores: { FIRST: "HIDDEN", SECOND: "HIDDEN", SIGNED: "SHOWN" } });
  expect(withCell(SCORES, arm({ blinding: hidden }), ["SECOND"], true)).toEqual({ ai_scores: "SHOWN" });
  expect(placesOf(SCORES, arm()).map(({ fixed, isShown }) => [fixed, isShown])).toEqual([
    ["no AI", false],
    [null, true],
    [null, true],
  ]);
});

it("drops what an arm asks of the AI where it shows it no longer", () => {
  const scores = { FIRST: "HIDDEN", SECOND: "SHOWN", SIGNED: "HIDDEN" } as const;
  const design = {
    kind: "SINGLE" as const,
    arms: [arm({ blinding: { ai_scores: scores } })],
    sessions: [],
    balance: "READERS" as const,
    pairing: { kind: "FULLY_CROSSED" as const },
    repeats: { count: 0, minimum_distance: 2 },
    training: [],
  };
  expect(withArm(design, 0, { ai_display: "AFTER_SIGNING" }).arms[0]?.blinding).toEqual({
    ai_scores: { FIRST: "HIDDEN", SECOND: "HIDDEN", SIGNED: "HIDDEN" },
  });
});

it("gives what comes with the case one switch for both reads", () => {
  expect(placesOf(PRIORS, arm()).map(({ name, span }) => [name, span])).toEqual([
    ["Both reads", 2],
    ["Once signed", 1],
  ]);
  expect(withCell(PRIORS, arm(), ["FIRST", "SECOND"], false)).toEqual({
    priors: { FIRST: "HIDDEN", SECOND: "HIDDEN", SIGNED: "SHOWN" },
  });
});

it("says what readers see", () => {
  expect(summaryOf([DATES, PRIORS, SCORES, OTHERS], arm())).toEqual([
    "First read: priors.",
    "Second read: priors, AI scores.",
    "Once signed: priors, AI scores.",
    "Never: dates, other_readers.",
  ]);
});
