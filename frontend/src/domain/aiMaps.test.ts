import { expect, test } from "vitest";
import { type AiExplanation, mapCaution, mapOf, mapsOf, mapsOfPrediction, parametersText } from "./aiMaps";

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

test("each explanation of a prediction is a map of its own, and without a wish the model's or the newest is chosen", () => {
  const cam = (id: string, layer: string) => ({ ...CAM, id, parameters: { layer } });
  const explanations = [cam("new", "head"), cam("other", "neck"), cam("old", "head")];
  const { options, chosen } = mapsOfPrediction({ heat_map: null, explanations }, null);
  expect(options.map(({ value, kind, text }) => [value, kind, text])).toEqual([
    ["new", "GRAD_CAM", "Grad-CAM of Nodule, layer head"],
    ["other", "GRAD_CAM", "Grad-CAM of Nodule, layer neck"],
    ["old", "GRAD_CAM", "Grad-CAM of Nodule, layer head (older, 2)"],
  ]);
  expect(chosen).toBe("new");
  expect(mapsOfPrediction({ heat_map: GRID, explanations }, null).chosen).toBe("HEAT_MAP");
  expect(mapsOfPrediction({ heat_map: GRID, explanations }, "old").chosen).toBe("old");
  expect(mapsOfPrediction({ heat_map: null, explanations }, "gone").chosen).toBe("new");
  expect(mapsOfPrediction({ heat_map: null, explanations: [] }, "old")).toEqual({
    options: [],
    chosen: null,
  });
  expect(parametersText({ steps: 50, baseline_hu: -1000 })).toBe("50 steps from −1000 HU");
});
