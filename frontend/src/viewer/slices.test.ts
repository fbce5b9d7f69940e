import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DicomJson } from "./dicomJson";
import { slicesOfSeries } from "./slices";
import { derivedRange, rangeOfWindow, windowOfRange } from "./window";

const url = (sop: string, frame: number) => `http://portal/instances/${sop}/frames/${frame}`;

function instance(number: number, z: number | null, extra: DicomJson = {}): DicomJson {
  return {
    "00080018": { Value: [`1.${number}`] },
    "0020000E": { Value: ["1.9"] },
    "00200013": { Value: [number] },
    "00280010": { Value: [4] },
    "00280011": { Value: [4] },
    "00280030": { Value: [0.5, 0.8] },
    "00200037": { Value: [1, 0, 0, 0, 1, 0] },
    ...(z === null ? {} : { "00200032": { Value: [0, 0, z] } }),
    ...extra,
  };
}
const order = (instances: DicomJson[]) => slicesOfSeries(instances, url).map((slice) => slice.sopInstanceUid);

test("slices follow the position along the normal, not the instance number", () => {
  expect(order([instance(1, 30), instance(2, 10), instance(3, 20)])).toEqual(["1.1", "1.3", "1.2"]);
});

test("the end with the lowest instance number comes first, head or feet", () => {
  expect(order([instance(1, 10), instance(3, 20), instance(2, 30)])).toEqual(["1.1", "1.3", "1.2"]);
});

test("without positions they follow the instance number", () => {
  expect(order([instance(3, null), instance(1, null), instance(2, null)])).toEqual(["1.1", "1.2", "1.3"]);
});

test("mixed orientations (a localiser) keep the instance number", () => {
  const sagittal = { "00200037": { Value: [0, 1, 0, 0, 0, -1] } };
  expect(order([instance(1, 30), instance(2, 10, sagittal)])).toEqual(["1.1", "1.2"]);
});

test("the order never depends on the order of arrival", () => {
  const instances = [5, 1, 4, 2, 3].map((number) => instance(number, number * 2.5));
  fc.assert(
    fc.property(fc.shuffledSubarray(instances, { minLength: 5 }), (shuffled) => {
      expect(order(shuffled)).toEqual(["1.1", "1.2", "1.3", "1.4", "1.5"]);
    }),
  );
});

test("each frame of a multi-frame object is a slice with its own place from its functional groups", () => {
  const frame = (z: number) => ({ "00209113": { Value: [{ "00200032": { Value: [0, 0, z] } }] } });
  const enhanced = instance(1, null, {
    "00280008": { Value: [2] },
    "00280030": undefined,
    "52009229": { Value: [{ "00289110": { Value: [{ "00280030": { Value: [0.3, 0.3] } }] } }] },
    "52009230": { Value: [frame(8), frame(4)] },
  });
  const slices = slicesOfSeries([enhanced], url);
  expect(slices.map((slice) => slice.frameNumber)).toEqual([1, 2]);
  expect(slices.map((slice) => slice.plane.position?.[2])).toEqual([8, 4]);
  expect(slices[0]?.plane.spacing).toEqual({ row_mm: 0.3, column_mm: 0.3 });
  expect(slices[0]?.imageId).toBe("wadors:http://portal/instances/1.1/frames/1");
});

test("what is not there is null: spacing, window, place", () => {
  const [slice] = slicesOfSeries([instance(1, null, { "00280030": undefined, "00200037": undefined })], url);
  expect(slice?.plane.spacing).toBeNull();
  expect(slice?.plane.orientation).toBeNull();
  expect(slice?.window).toBeNull();
});

test("objects without pixels are no slices", () => {
  expect(order([instance(1, 0, { "00280010": undefined })])).toEqual([]);
});

describe("window", () => {
  test("a LINEAR window 40/400 shows -160 black and 239 white (PS3.3 C.11.2.1.2.1: c - 0.5 ± (w - 1) / 2)", () => {
    expect(rangeOfWindow({ center: 40, width: 400 })).toEqual({ lower: -160, upper: 239 });
  });

  test("a window comes back from its range", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2000, max: 2000 }),
        fc.integer({ min: 2, max: 5000 }),
        (center, width) => {
          expect(windowOfRange(rangeOfWindow({ center, width }))).toEqual({ center, width });
        },
      ),
    );
  });

  test("a derived window leaves the background out and lies within the values", () => {
    const values = new Int16Array(10_000).map((_, index) => (index < 6000 ? 0 : 100 + (index % 200)));
    const range = derivedRange(values);
    expect(range.lower).toBeGreaterThanOrEqual(100);
    expect(range.upper).toBeLessThanOrEqual(299);
    expect(range.upper - range.lower).toBeGreaterThan(180);
  });

  test("it is never empty, whatever the image", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1024, max: 4095 }), { maxLength: 300 }), (values) => {
        const range = derivedRange(values);
        expect(range.upper).toBeGreaterThan(range.lower);
      }),
    );
  });
});
