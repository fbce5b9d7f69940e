import { expect, test } from "vitest";
import { presetsOf, presetText } from "./windowPresets";

const names = (...of: Parameters<typeof presetsOf>) => presetsOf(...of).map(({ name }) => name);

test("own windows follow those of the modality, and only there", () => {
  const own = [{ name: "Mine", modality: "CT", center: 10, width: 20 }];
  expect(names("CT", own, false)).toEqual([
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
  expect(names("MR", own, false)).toEqual(["As acquired", "More contrast", "Less contrast"]);
});

test("a PET has windows of SUV where they are known, and only its own where not", () => {
  const ofImage = ["As acquired", "More contrast", "Less contrast"];
  expect(names("PT", [], true)).toEqual(["SUV 0–5", "SUV 0–7", "SUV 0–10", "SUV 0–15", ...ofImage]);
  expect(names("PT", [], false)).toEqual(ofImage);
  // What the pane before showed says nothing of another modality.
  expect(names("MR", [], true)).toEqual(ofImage);
});

test("the numbers beside the name of a preset", () => {
  expect(presetText({ name: "Lung", center: -600, width: 1500 })).toBe("1500 / -600");
  expect(presetText({ name: "More contrast", timesImageWidth: 0.5 })).toBe("width × 0.5");
  expect(presetText({ name: "SUV 0–5", lower: 0, upper: 5 })).toBe("");
});
