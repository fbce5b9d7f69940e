import { describe, expect, test } from "vitest";
import type { PixelPoint } from "@/domain/payload";
import {
  CALIBRATION_TEXT,
  calibrationAt,
  calibrationOf,
  NO_CALIBRATION,
  ultrasoundRegionsOf,
} from "./calibration";
import type { DicomJson } from "./dicomJson";

const image = (modality: string, extra: DicomJson = {}): DicomJson => ({
  "00080060": { Value: [modality] },
  ...extra,
});
const pixelSpacing = (row: number, column: number): DicomJson => ({ "00280030": { Value: [row, column] } });
const imager = (row: number, column: number): DicomJson => ({ "00181164": { Value: [row, column] } });
const magnified = (factor: number): DicomJson => ({ "00181114": { Value: [factor] } });
const calibrated = (type: string): DicomJson => ({ "00280A02": { Value: [type] } });

describe("the calibration of an image, in the order of PS3.3 10.7.1", () => {
  test.each([
    ["CT with Pixel Spacing", image("CT", pixelSpacing(0.5, 0.8)), "PATIENT", 0.5],
    ["DX at the detector", image("DX", imager(0.14, 0.14)), "DETECTOR", 0.14],
    [
      "DX whose Pixel Spacing repeats it",
      image("DX", { ...imager(0.14, 0.14), ...pixelSpacing(0.14, 0.14) }),
      "DETECTOR",
      0.14,
    ],
    [
      "DX calibrated somehow",
      image("DX", { ...imager(0.14, 0.14), ...pixelSpacing(0.13, 0.13) }),
      "CORRECTED",
      0.13,
    ],
    [
      "DX by a fiducial",
      image("DX", { ...imager(0.14, 0.14), ...pixelSpacing(0.13, 0.13), ...calibrated("FIDUCIAL") }),
      "FIDUCIAL",
      0.13,
    ],
    [
      "XA by geometry",
      image("XA", { ...pixelSpacing(0.2, 0.2), ...calibrated("GEOMETRY") }),
      "GEOMETRY",
      0.2,
    ],
    [
      "mammogram with its magnification",
      image("MG", { ...imager(0.07, 0.07), ...magnified(1.4) }),
      "MAGNIFICATION",
      0.05,
    ],
    [
      "mammogram calibrated otherwise",
      image("MG", { ...imager(0.07, 0.07), ...pixelSpacing(0.06, 0.06), ...magnified(1.4) }),
      "CORRECTED",
      0.06,
    ],
    [
      "an impossible magnification",
      image("MG", { ...imager(0.07, 0.07), ...magnified(0) }),
      "DETECTOR",
      0.07,
    ],
    ["CR with Pixel Spacing alone", image("CR", pixelSpacing(0.1, 0.1)), "UNSTATED", 0.1],
    ["a scanned film", image("OT", { "00182010": { Value: [0.3, 0.3] } }), "FILM", 0.3],
    [
      "an enhanced object's Pixel Measures",
      image("XA", { "52009229": { Value: [{ "00289110": { Value: [pixelSpacing(0.3, 0.3)] } }] } }),
      "PATIENT",
      0.3,
    ],
  ])("%s", (_, instance, kind, row_mm) => {
    const found = calibrationOf(instance, 0);
    expect(found).toMatchObject({ kind });
    expect(found.spacing?.row_mm).toBeCloseTo(row_mm, 9);
  });

  test.each([image("OT"), image("CT", pixelSpacing(0, 0.5)), image("CT", { "00280030": { Value: [0.5] } })])(
    "nothing is guessed: %j has no millimetres",
    (instance) => {
      expect(calibrationOf(instance, 0)).toEqual({ spacing: null, refusal: "NO_SPACING" });
    },
  );
});

describe("ultrasound regions (C.8.5.5)", () => {
  const region = (ends: number[], extra: Record<string, number> = {}): DicomJson => {
    const values: Record<string, number> = {
      "00186012": 1,
      "00186014": 1,
      "00186018": ends[0] ?? 0,
      "0018601A": ends[1] ?? 0,
      "0018601C": ends[2] ?? 0,
      "0018601E": ends[3] ?? 0,
      "00186024": 3,
      "00186026": 3,
      "0018602C": 0.02,
      "0018602E": 0.03,
      ...extra,
    };
    return Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, { Value: [value] }]));
  };
  const scan = (...regions: DicomJson[]) => ({
    calibration: calibrationOf(image("US"), 0),
    regions: ultrasoundRegionsOf(image("US", { "00186011": { Value: regions } })),
  });
  const TISSUE = region([0, 0, 99, 99]);
  const SPECTRUM = region([0, 100, 99, 199], { "00186012": 3, "00186014": 3, "00186024": 4, "00186026": 7 });
  const at = (...points: PixelPoint[]) => calibrationAt(scan(TISSUE, SPECTRUM), points);

  test("inside a 2D region in centimetres, a pixel is ten times its delta in millimetres", () => {
    expect(at([10, 10], [20, 20])).toEqual({
      spacing: { row_mm: 10 * 0.03, column_mm: 10 * 0.02 },
      kind: "ULTRASOUND_REGION",
    });
  });

  test.each([
    [
      "outside",
      [
        [150, 10],
        [160, 10],
      ],
      "OUTSIDE_REGIONS",
    ],
    [
      "half outside",
      [
        [10, 10],
        [160, 10],
      ],
      "OUTSIDE_REGIONS",
    ],
    [
      "across",
      [
        [10, 10],
        [10, 150],
      ],
      "ACROSS_REGIONS",
    ],
    [
      "in a spectrum",
      [
        [10, 150],
        [20, 150],
      ],
      "REGION_NOT_SPATIAL",
    ],
  ] as [string, PixelPoint[], string][])("%s there are no millimetres", (_, points, refusal) => {
    expect(at(...points)).toEqual({ spacing: null, refusal });
  });

  test("a region in other units is refused", () => {
    const regions = scan(region([0, 0, 9, 9], { "00186024": 0 }));
    expect(calibrationAt(regions, [[1, 1]])).toEqual({ spacing: null, refusal: "REGION_UNITS" });
  });

  test("of two regions the inner one counts", () => {
    const regions = scan(TISSUE, region([10, 10, 30, 30], { "0018602C": 0.05, "0018602E": 0.05 }));
    expect(calibrationAt(regions, [[20, 20]]).spacing?.row_mm).toBeCloseTo(0.5, 9);
  });

  test("without regions the image's own spacing counts", () => {
    const plain = { calibration: calibrationOf(image("US", pixelSpacing(0.2, 0.2)), 0), regions: [] };
    expect(calibrationAt(plain, [[1, 1]])).toMatchObject({ kind: "PATIENT" });
  });
});

test("every reason and meaning is one sentence", () => {
  for (const text of Object.values(CALIBRATION_TEXT)) expect(text).toMatch(/^[A-Z].*\.$/);
  for (const text of Object.values(NO_CALIBRATION)) expect(text).toMatch(/^[A-Z].*\.$/);
});
