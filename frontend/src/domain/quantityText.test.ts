import { describe, expect, it } from "vitest";
import { headlines, quantityName, quantityText } from "./quantityText";

const quantity = (name: string, value: number | null, unit: string, reason: string | null = null) => ({
  name,
  value,
  unit,
  reason,
});

describe("a quantity", () => {
  it.each([
    [quantity("volume", 1234.5678, "mm3"), "1,235 mm³"],
    [quantity("volume", 12345678.9, "mm3"), "1.235e+7 mm³"],
    [quantity("mean", -812.345, "[hnsf'U]"), "-812.3 HU"],
    [quantity("voxels", 3600, "1"), "3,600"],
    [quantity("contrast", 0.00012341, "1"), "1.234e-4"],
    [quantity("minimum", 0, "[hnsf'U]"), "0 HU"],
    [quantity("mean", 2.5, "{SUVbw}g/ml"), "2.5 SUV"],
    [quantity("skewness", null, "1", "All voxels of the segment have the same value."), "–"],
  ])("is written with its unit", (one, text) => {
    expect(quantityText(one)).toBe(text);
  });

  it("has a name in words", () => {
    expect(quantityName("maximum_3d_diameter")).toBe("Maximum 3D diameter");
    expect(quantityName("percentile_95")).toBe("Percentile 95");
  });
});

describe("what a table says first", () => {
  it("is volume, diameters and values", () => {
    const found = headlines([
      quantity("volume", 4188.79, "mm3"),
      quantity("longest_diameter_in_slice", 20.04, "mm"),
      quantity("perpendicular_diameter_in_slice", 19.96, "mm"),
      quantity("mean", 41.25, "[hnsf'U]"),
      quantity("standard_deviation", 9.5, "[hnsf'U]"),
    ]);
    expect(found).toEqual({ volume: "4.189 ml", diameters: "20.0 × 20.0 mm", values: "41.25 ± 9.5 HU" });
  });

  it("has a dash for what is not defined, and for what a card does not declare", () => {
    const none = { volume: "–", diameters: "–", values: "–" };
    expect(headlines([])).toEqual(none);
    expect(headlines([quantity("volume", null, "mm3", "No volume.")])).toEqual(none);
  });
});
