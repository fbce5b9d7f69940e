import { describe, expect, it } from "vitest";
import { lesionName, placesInWords, provenanceInWords, type ReferenceLesion } from "./lesions";

const NODULE = { scheme: "SCT", value: "27925004", meaning: "Nodule" };

describe("a lesion in words", () => {
  it("names a coded concept and a label that says more", () => {
    expect(lesionName({ id: "L1", code: NODULE, label: "Nodule" })).toBe("Nodule");
    expect(lesionName({ id: "L1", code: NODULE, label: "upper lobe" })).toBe("Nodule, upper lobe");
    expect(lesionName({ id: "L1", code: "RID50149" })).toBe("RID50149");
  });

  it("counts its places, and gives the volume of a segment", () => {
    const segment = { kind: "SEGMENT", voxel_count: 8000, spacing_mm: [0.5, 0.5, 0.5] };
    const lesion = { id: "L1", center_mm: [0, 0, 0], diameter_mm: 8.5, marks: [{ geometry: segment }] };
    // 8000 voxels of 0.125 cubic millimetres are 1 ml.
    expect(placesInWords(lesion as unknown as ReferenceLesion)).toBe(
      "ball, 8.5 mm; segment, 8000 voxels, 1.00 ml",
    );
  });

  it("says where its values come from", () => {
    const from = {
      source: "SEG",
      segment_number: 2,
      creator: "A^B",
      threshold: 0.5,
      values: ["marks"],
    } as const;
    expect(provenanceInWords({ ...from, values: [...from.values] })).toBe(
      "DICOM SEG, segment 2 by A^B, from 50 % on: marks",
    );
  });
});
