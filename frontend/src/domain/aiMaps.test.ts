import { expect, test } from "vitest";
import { type AiExplanation, mapCaution, mapOf, mapsOf } from "./aiMaps";

const GRID = { digest: "d", columns: 1, rows: 1, slices: 1, affine: [], frame_of_reference_uid: "" };
const CAM: AiExplanation = { ...GRID, id: "cam", method: "GRAD_CAM", output_name: "Nodule" };
const BOTH = { heat_map: GRID, explanations: [CAM] };
const EXPLAINED = { heat_map: null, explanations: [CAM] };

test("the model's own heat map comes first, and an explanation is shown to nobody unasked", () => {
  expect(mapsOf([BOTH], null).chosen).toBe("HEAT_MAP");
  expect(mapsOf([EXPLAINED], null).chosen).toBeNull();
  expect(mapsOf([EXPLAINED], "GRAD_CAM").chosen).toBe("GRAD_CAM");
  expect(mapsOf([EXPLAINED], "INTEGRATED_GRADIENTS").chosen).toBeNull();
  expect(mapsOf([], "HEAT_MAP")).toEqual({ options: [], chosen: null });
});

test("a map says of what it is, and that it is no finding", () => {
  expect(mapsOf([EXPLAINED, BOTH], null).options.map(({ text }) => text)).toEqual([
    "Heat map of the model",
    "Grad-CAM of Nodule",
  ]);
  expect(mapCaution("GRAD_CAM")).toContain("Not what the model was trained to say");
  expect(mapCaution("HEAT_MAP")).toBeNull();
  expect(mapOf(EXPLAINED, "HEAT_MAP")).toBeNull();
  expect(mapOf(BOTH, "GRAD_CAM")).toBe(CAM);
});
