import { expect, test } from "vitest";
import { badgesOf } from "./badges";
import type { DicomJson } from "./dicomJson";
import { slicesOfSeries } from "./slices";

const PLAIN: DicomJson = {
  "00080018": { Value: ["1.1"] },
  "00080060": { Value: ["CT"] },
  "00280010": { Value: [4] },
  "00280011": { Value: [4] },
  "00280030": { Value: [1, 1] },
  "00281050": { Value: [40] },
  "00281051": { Value: [400] },
};

const wordsOf = (extra: DicomJson, hasDerivedWindow = false, isByProcessor = false): string[] => {
  const [slice] = slicesOfSeries([{ ...PLAIN, ...extra }], () => "http://portal/frames/1");
  return slice ? badgesOf(slice, { hasDerivedWindow, isByProcessor }).map(({ word }) => word) : [];
};

test.each([
  ["a plain CT", {}, []],
  ["lossy", { "00282110": { Value: ["01"] } }, ["Lossy"]],
  ["MONOCHROME1", { "00280004": { Value: ["MONOCHROME1"] } }, ["MONOCHROME1"]],
  ["no spacing", { "00280030": undefined }, ["Pixels"]],
  ["at the detector", { "00181164": { Value: [1, 1] } }, ["Detector"]],
  ["magnified", { "00181164": { Value: [1, 1] }, "00181114": { Value: [1.5] } }, ["Magnification"]],
  ["sigmoid", { "00281056": { Value: ["SIGMOID"] } }, ["Sigmoid"]],
  ["SUV", { "00551001": { Value: [1] }, "00551002": { Value: ["BW"] } }, ["SUV"]],
  ["no SUV", { "00551003": { Value: ["WEIGHT"] } }, ["No SUV"]],
])("%s: %j gives %j", (_, extra, words) => {
  expect(wordsOf(extra)).toEqual(words);
});

test("without WebGL curves and tables are not drawn, which is said instead", () => {
  expect(wordsOf({ "00281056": { Value: ["SIGMOID"] } }, false, true)).toEqual(["Not its greys"]);
  expect(wordsOf({}, false, true)).toEqual([]);
});

test("a derived window is said, but not of colour", () => {
  expect(wordsOf({}, true)).toEqual(["Auto"]);
  expect(wordsOf({ "00280002": { Value: [3] } }, true)).toEqual([]);
});
