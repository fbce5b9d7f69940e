import { expect, test } from "vitest";
import { presetsOf, windowOfPreset } from "./windowPresets";

test("own windows follow those of the modality, and only there", () => {
  const own = [{ name: "Mine", modality: "CT", center: 10, width: 20 }];
  expect(presetsOf("CT", own).map(({ name }) => name)).toEqual([
    "Soft tissue",
    "Lung",
    "Bone",
    "Brain",
    "Liver",
    "Mediastinum",
    "Angiography",
    "Subdural",
    "Stroke",
    "Mine",
  ]);
  expect(presetsOf("MR", own).map(({ name }) => name)).toEqual([
    "As acquired",
    "More contrast",
    "Less contrast",
  ]);
});

test("a preset is its numbers, or a multiple of the image's own width about the same centre", () => {
  expect(windowOfPreset({ name: "", center: -600, width: 1500 }, null)).toEqual({
    center: -600,
    width: 1500,
  });
  expect(windowOfPreset({ name: "", timesImageWidth: 0.5 }, { center: 300, width: 800 })).toEqual({
    center: 300,
    width: 400,
  });
  expect(windowOfPreset({ name: "", timesImageWidth: 2 }, null)).toBeNull();
});
