import { describe, expect, it } from "vitest";
import { blankCard, type ModelCard } from "./modelCard";
import { cardOf, draftFaults, draftField, draftOf } from "./modelCardDraft";

const full: ModelCard = {
  ...blankCard(),
  input: {
    modality: "CT",
    body_parts: ["CHEST"],
    views: [],
    orientation: "AXIAL",
    pixel_spacing_mm: { minimum: 0.3, maximum: 1 },
    slice_spacing_mm: { minimum: 0.5, maximum: 3 },
    minimum_slices: 50,
    minimum_coverage_mm: 200,
    window: { low: -1000, high: 200 },
  },
  intended_use: "Research",
  training_data: "1,200 CT",
  licence: "Apache-2.0",
};

describe("a draft", () => {
  it.each([
    full,
    blankCard(),
    { ...full, measurements: ["volume", "mean"] },
    { ...full, input: { ...full.input, burned_in_text: "REFUSE" as const } },
    {
      ...full,
      input: { ...full.input, augmentations: { flips: ["COLUMNS" as const], maximum_shift_voxels: 0 } },
    },
    { ...full, input: { ...full.input, augmentations: { flips: [], maximum_shift_voxels: 1 } } },
    { ...full, input: { ...full.input, grid_mm: [3.5, 1.4, 1.4] as [number, number, number] } },
  ])("gives the card back that it was made of", (card) => {
    expect(cardOf(draftOf(card))).toEqual(card);
  });

  it("names what is missing", () => {
    expect(Object.keys(draftFaults(draftOf()))).toEqual(["intended_use", "training_data", "licence"]);
    expect(draftFaults(draftOf(full))).toEqual({});
  });

  it("wants all three steps of a grid", () => {
    expect(draftFaults({ ...draftOf(full), grid_row: 1 })).toEqual({
      grid_slice: "Give all three, or none.",
    });
  });

  it("wants both ends of a range", () => {
    expect(draftFaults({ ...draftOf(full), window_high: "" })).toEqual({
      window_low: "Give both ends, or neither.",
    });
  });
});

describe("the server's paths", () => {
  it.each([
    ["card.outputs[0].code.value", "outputs.0.code.value"],
    ["card.operating_points[1].threshold", "operating_points.1.threshold"],
    ["card.input.pixel_spacing_mm.minimum", "pixel_low"],
    ["card.input.body_parts[0]", "body_parts"],
    ["card.input.grid_mm[1]", "grid_slice"],
    ["card.intended_use", "intended_use"],
  ])("%s", (path, field) => {
    expect(draftField(path)).toBe(field);
  });
});
