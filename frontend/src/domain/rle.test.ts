// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Counts, decodeSlice, encodeSlice, isCounts, runsOf, sameCounts, voxelsInside } from "./rle";
import {
  changesBetween,
  digestOf,
  emptySegment,
  parsedSegment,
  type Segment,
  type SegmentSlice,
  segmentText,
  voxelCount,
  withSlices,
} from "./segments";

// The same files as tests/annotations/domain/test_segments.py reads.
const EXAMPLES = join(import.meta.dirname, "../../../tests/shared_examples/segments");
const load = (name: string) => JSON.parse(readFileSync(join(EXAMPLES, `${name}.json`), "utf8"));

interface SliceExample {
  why: string;
  picture: string[];
  counts: number[];
}

const slices: SliceExample[] = load("slices");
const refused: { voxels: number; counts: { why: string; counts: unknown }[] } = load("refused");

test.each(slices)("a slice has one spelling: $why", ({ picture, counts }) => {
  const mask = Uint8Array.from([...picture.join("")].map((mark) => (mark === "#" ? 1 : 0)));
  expect(encodeSlice(mask)).toEqual(counts);
  expect(decodeSlice(counts, mask.length)).toEqual(mask);
  expect(isCounts(counts, mask.length)).toBe(true);
  expect(voxelsInside(counts)).toBe(mask.filter(Boolean).length);
});

test.each(refused.counts)("hostile runs are refused: $why", ({ counts }) => {
  expect(isCounts(counts, refused.voxels)).toBe(false);
});

interface SegmentExample {
  series_instance_uid: string;
  rows: number;
  columns: number;
  slices: { sop_instance_uid: string; frame_number: number; counts: number[] }[];
  text: string;
  sha256: string;
  voxel_count: number;
}

test("the text and its digest are the server's", async () => {
  const example: SegmentExample = load("segment");
  const parts = example.slices.map((slice) => ({
    sopInstanceUid: slice.sop_instance_uid,
    frameNumber: slice.frame_number,
    counts: slice.counts,
  }));
  const segment = withSlices(emptySegment(example.series_instance_uid, example.rows, example.columns), parts);
  expect(segmentText(segment)).toBe(example.text);
  expect(await digestOf(example.text)).toBe(example.sha256);
  expect(voxelCount(segment)).toBe(example.voxel_count);
  expect(segmentText(parsedSegment(example.text))).toBe(example.text);
  expect(() => parsedSegment(example.text.replace("[8,2", "[8,0"))).toThrow();
  expect(() => parsedSegment(example.text.replace("overread", "other"))).toThrow();
});

describe("properties", () => {
  const mask = fc.uint8Array({ max: 2, maxLength: 300 });

  test("round trip, for any label", () => {
    fc.assert(
      fc.property(mask, (values) => {
        for (const label of [1, 2]) {
          const counts = encodeSlice(values, label);
          expect(isCounts(counts, values.length)).toBe(true);
          expect(decodeSlice(counts, values.length)).toEqual(
            values.map((value) => (value === label ? 1 : 0)),
          );
        }
      }),
    );
  });

  test("runs that are taken are the only spelling of their voxels", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 12 })), (counts) => {
        if (isCounts(counts, 40)) expect(encodeSlice(decodeSlice(counts, 40))).toEqual(counts);
      }),
    );
  });

  const content = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom([0, 1], [1, 2], [0, 9])), {
      maxLength: 6,
    })
    .map((parts): Segment => withSlices(emptySegment("1.2", 3, 3), parts.map(slice)));
  const slice = ([frameNumber, counts]: [number, Counts]): SegmentSlice => ({
    sopInstanceUid: "1.2.3",
    frameNumber,
    counts,
  });

  test("only changed slices travel, and they are enough", () => {
    fc.assert(
      fc.property(content, content, (base, next) => {
        const changes = changesBetween(base, next);
        expect(segmentText(withSlices(base, changes))).toBe(segmentText(next));
        for (const change of changes) {
          const key = `${change.sopInstanceUid}/${change.frameNumber}`;
          expect(sameCounts(base.slices.get(key)?.counts ?? [], change.counts)).toBe(false);
        }
        expect(withSlices(base, [])).toBe(base);
        expect(changesBetween(next, next)).toEqual([]);
      }),
    );
  });
});

test("runs end before the voxel after the last", () => {
  expect([...runsOf([2, 3, 1, 4])]).toEqual([
    [2, 5],
    [6, 10],
  ]);
});
