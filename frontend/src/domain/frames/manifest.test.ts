import { describe, expect, it } from "vitest";
import { framePlaces, hasForm, instancesOf, lengthOf, type Manifest, numberOfFrames } from "./manifest";

const MANIFEST: Manifest = {
  format: "overread.manifest",
  version: 1,
  shared: { "00280010": { vr: "US", Value: [6] } },
  columns: {
    "00080018": { vr: "UI", values: [["1.1"], ["1.2"], ["1.3"]] },
    "00281050": { vr: "DS", values: [[40], null, []] },
    "00283002": { elements: [null, { vr: "US", Value: [1] }, { vr: "SS", Value: [-1] }] },
  },
  frames: [1, 3, 1],
  lengths: { raw: 96, htj2k: [10, 20, 30, 40, 50] },
};

describe("instancesOf", () => {
  it("puts together what is shared and what differs; absent stays absent and empty stays empty", () => {
    expect(instancesOf(MANIFEST)).toEqual([
      {
        "00280010": { vr: "US", Value: [6] },
        "00080018": { vr: "UI", Value: ["1.1"] },
        "00281050": { vr: "DS", Value: [40] },
      },
      {
        "00280010": { vr: "US", Value: [6] },
        "00080018": { vr: "UI", Value: ["1.2"] },
        "00283002": { vr: "US", Value: [1] },
      },
      {
        "00280010": { vr: "US", Value: [6] },
        "00080018": { vr: "UI", Value: ["1.3"] },
        "00281050": { vr: "DS" },
        "00283002": { vr: "SS", Value: [-1] },
      },
    ]);
  });
});

describe("framePlaces", () => {
  it("numbers frames through the series", () => {
    const place = framePlaces(instancesOf(MANIFEST), MANIFEST.frames);
    expect(numberOfFrames(MANIFEST)).toBe(5);
    expect([place("1.1", 1), place("1.2", 1), place("1.2", 3), place("1.3", 1)]).toEqual([1, 2, 4, 5]);
  });

  it("knows no frame that is not of the series", () => {
    const place = framePlaces(instancesOf(MANIFEST), MANIFEST.frames);
    expect([place("1.1", 2), place("1.2", 0), place("9", 1)]).toEqual([null, null, null]);
  });
});

it("says the length of a frame in each form", () => {
  expect([lengthOf(MANIFEST, "raw", 4), lengthOf(MANIFEST, "htj2k", 4)]).toEqual([96, 40]);
  expect(hasForm({ ...MANIFEST, lengths: { raw: 96 } }, "htj2k")).toBe(false);
});
