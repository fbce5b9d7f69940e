import { describe, expect, it } from "vitest";
import { blankCard, cardLines, freeKey, type ModelCard } from "./modelCard";

const card: ModelCard = {
  ...blankCard(),
  input: {
    ...blankCard().input,
    body_parts: ["CHEST", "LUNG"],
    orientation: "AXIAL",
    pixel_spacing_mm: { minimum: 0.3, maximum: 1 },
    minimum_coverage_mm: 200,
    window: { low: -1000, high: 200 },
  },
  operating_points: [
    { key: "a", name: "Screening", threshold: 0.3 },
    { key: "b", name: "Rule in", threshold: 0.8 },
  ],
};

describe("what a card says in words", () => {
  const lines = new Map(cardLines(card));
  it.each([
    ["Body part", "CHEST, LUNG"],
    ["View", "any"],
    ["Orientation", "axial"],
    ["Pixel spacing", "0.3 to 1 mm"],
    ["Slice spacing", "any"],
    ["Coverage", "at least 200 mm"],
    ["Window", "-1000 to 200"],
    ["Limitations", "not given"],
  ])("%s", (name, value) => {
    expect(lines.get(name)).toBe(value);
  });

  it("says which operating point is in force", () => {
    const points = cardLines(card).filter(([name]) => name === "Operating point");
    expect(points.map(([, value]) => value)).toEqual(["Screening: from 0.3 (in force)", "Rule in: from 0.8"]);
  });
});

describe("keys of new rows", () => {
  it("are free", () => {
    expect(freeKey("output", [])).toBe("output_1");
    expect(freeKey("output", ["output_2"])).toBe("output_3");
    expect(freeKey("output", ["other", "output_3"])).toBe("output_4");
  });
});
