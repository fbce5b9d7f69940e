import { describe, expect, it } from "vitest";
import {
  curveCsv,
  markedPoints,
  parametersText,
  probabilityText,
  shiftMeaning,
  shiftText,
} from "./operatingLayers";

const CURVE = [
  { score: 0, calibrated: 0, used: 0 },
  { score: 0.5, calibrated: 0.5, used: 0.0101 },
];

describe("an operating layer in words", () => {
  it("names its numbers, and of steps how many there are", () => {
    expect(parametersText("PLATT", { intercept: -0.25, slope: 0.5 })).toBe("intercept −0.250, slope 0.500");
    const steps = [
      { score: 0.1, probability: 0 },
      { score: 0.9, probability: 0.875 },
    ];
    expect(parametersText("ISOTONIC", { steps })).toBe("2 points, from 0.000 to 0.875");
    expect(parametersText("ISOTONIC", { steps: [] })).toBe("");
  });

  it("says what a shift means for people and for one score", () => {
    const shift = { trained_at: 0.5, applied_at: 0.0101 };
    expect(shiftText(shift)).toBe("50 % → 1 %");
    expect(shiftMeaning(shift, CURVE)).toBe(
      "Of 1000 such cases 500 are positive where the layer was fitted, and 10.1 where it is used. A case that scores 0.5 then is positive with a probability of 1 %, not 50 %: the images say the same, but there are fewer positive cases to begin with.",
    );
    expect(shiftMeaning({ trained_at: 0.1, applied_at: 0.2 }, [])).toBe(
      "Of 1000 such cases 100 are positive where the layer was fitted, and 200 where it is used.",
    );
    expect(shiftMeaning({ trained_at: null, applied_at: null }, CURVE)).toBeNull();
    expect(shiftText({ trained_at: null, applied_at: null })).toBe("none");
  });

  it("gives small probabilities their digits", () => {
    expect([0.019638412, 0.5, 1].map(probabilityText)).toEqual(["0.01964", "0.5", "1"]);
    const hundred = Array.from({ length: 101 }, (_, at) => ({ score: at / 100, calibrated: 0, used: 0 }));
    expect(markedPoints(hundred).map(({ score }) => score)).toEqual(
      Array.from({ length: 21 }, (_, at) => at / 20),
    );
  });

  it("writes what it makes of scores as a table", () => {
    expect(curveCsv(CURVE)).toBe("score,calibrated,used\r\n0,0,0\r\n0.5,0.5,0.0101\r\n");
  });
});
