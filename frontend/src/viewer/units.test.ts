// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sizesOf } from "@/domain/measurements";
import type { Geometry, PatientMm, ReadPayload } from "@/domain/payload";
import { unitText } from "@/domain/pixelStatistics";
import type { DicomJson } from "./dicomJson";
import { pixelDescriptionOf } from "./modality";
import { descriptionOf, type Slice } from "./slices";
import { toPayload } from "./toPayload";

// The same files as tests/annotations/domain/test_units.py reads.
const EXAMPLES = join(import.meta.dirname, "../../../tests/shared_examples");
const load = (path: string) => JSON.parse(readFileSync(join(EXAMPLES, path), "utf8"));

interface Example {
  dicom: Record<string, string | number>;
  unit: string;
}

test.each(Object.entries(load("units.json") as Record<string, Example>))("%s", (_name, { dicom, unit }) => {
  const instance = Object.fromEntries(Object.entries(dicom).map(([tag, value]) => [tag, { Value: [value] }]));
  expect(unitText(pixelDescriptionOf(instance as unknown as DicomJson, 0).unit)).toBe(unit);
});

test("long and short axis in an ultrasound region whose pixels are not square are written as the server takes them", () => {
  const { findings } = load("payload/valid/ultrasound_pixels_not_square.json") as ReadPayload;
  const [mark] = findings[0]?.marks ?? [];
  const { geometry, measurements } = mark as { geometry: Geometry; measurements: object };
  const on = {
    imageId: "wadors:x",
    sopInstanceUid: geometry.sop_instance_uid,
    seriesInstanceUid: geometry.series_instance_uid,
    frameNumber: 1,
    frameOfReferenceUid: null,
    plane: { columns: 640, rows: 480, spacing: null, position: null, orientation: null },
    frame: {
      ...descriptionOf({}, 0),
      regions: [
        {
          left: 0,
          top: 0,
          right: 639,
          bottom: 479,
          calibration: { spacing: { row_mm: 0.3, column_mm: 0.1 }, kind: "ULTRASOUND_REGION" },
        },
      ],
    },
  } as unknown as Slice;
  // On the screen the first axis is longer; in millimetres the second, for a row is three columns high.
  const points: PatientMm[] = [
    [100, 100, 0],
    [140, 130, 0],
    [105, 130, 0],
    [129, 98, 0],
  ];
  const drawn = toPayload("BIDIRECTIONAL", { points }, { slice: on, offset: 0, image: null, depth: null });
  expect(drawn?.geometry).toEqual(geometry);
  expect(drawn?.measurements).toEqual(measurements);
  expect(sizesOf(geometry)).toEqual(measurements);
});
