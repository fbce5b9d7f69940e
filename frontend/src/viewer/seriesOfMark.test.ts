// @vitest-environment node
import { expect, test } from "vitest";
import type { SphereGeometry } from "@/domain/payload";
import type { ViewerMark } from "./markLayer";
import { openedSeries } from "./openedSeries";
import { seriesOfMark } from "./seriesOfMark";
import type { Slice } from "./slices";

/** Five axial slices 2 mm apart from `z` on, 100 mm wide and high around the origin. */
function axial(seriesInstanceUid: string, z: number, frameOfReferenceUid: string): Slice[] {
  return [0, 1, 2, 3, 4].map((step) => {
    const plane = {
      columns: 100,
      rows: 100,
      spacing: { row_mm: 1, column_mm: 1 },
      position: [-50, -50, z + 2 * step],
      orientation: { row: [1, 0, 0], column: [0, 1, 0] },
    };
    const sopInstanceUid = `${seriesInstanceUid}.${step}`;
    return {
      sopInstanceUid,
      seriesInstanceUid,
      frameOfReferenceUid,
      frameNumber: 1,
      plane,
    } as unknown as Slice;
  });
}

const CASE: Record<string, Slice[]> = {
  chest: axial("chest", 0, "1.9"),
  abdomen: axial("abdomen", 100, "1.9"),
  prior: axial("prior", 100, "1.8"),
};
const SERIES = ["chest", "abdomen", "prior"];

async function open(uid: string) {
  const slices = CASE[uid];
  if (!slices) throw new Error(`No series ${uid}`);
  return openedSeries(uid, [], slices);
}

const sphere = (z: number, more: Partial<SphereGeometry> = {}): SphereGeometry => ({
  kind: "SPHERE",
  center_mm: [0, 0, z],
  diameter_mm: 6,
  ...more,
});

function mark(geometry: ViewerMark["geometry"], seriesInstanceUids?: string[]): ViewerMark {
  const of = seriesInstanceUids && { seriesInstanceUids };
  return { id: "ai-1", geometry, label: "AI", source: "AI", isLocked: true, ...of };
}

async function found(one: ViewerMark, seriesOfCase = SERIES) {
  return (await seriesOfMark(one, seriesOfCase, open))?.seriesInstanceUid ?? null;
}

test("a mark that names no image is found on the series that reaches it, in its frame of reference", async () => {
  expect(await found(mark(sphere(3)))).toBe("chest");
  expect(await found(mark(sphere(104)))).toBe("abdomen");
  expect(await found(mark(sphere(104, { frame_of_reference_uid: "1.8" })))).toBe("prior");
  expect(await found(mark(sphere(50)))).toBeNull();
});

test("a mark is looked for only where it may lie, and among what the read shows", async () => {
  expect(await found(mark(sphere(104), ["chest"]))).toBeNull();
  expect(await found(mark(sphere(104), ["chest", "abdomen"]), ["chest", "prior"])).toBeNull();
});

test("a mark that names its image is found on that image's series alone", async () => {
  const on = { ...sphere(3), sop_instance_uid: "abdomen.2", frame_number: 1 };
  expect(await found(mark({ ...on, series_instance_uid: null }))).toBe("abdomen");
  expect(await found(mark({ ...on, series_instance_uid: "abdomen" }))).toBe("abdomen");
  expect(await found(mark({ ...on, series_instance_uid: "elsewhere" }))).toBeNull();
});

test("a series that cannot be had is a failure only where the mark lies on no other", async () => {
  const withBroken = ["broken", ...SERIES];
  expect(await found(mark(sphere(3)), withBroken)).toBe("chest");
  await expect(found(mark(sphere(50)), withBroken)).rejects.toThrow("No series broken");
});
