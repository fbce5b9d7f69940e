import { expect, test } from "vitest";
import type { PaneView } from "@/domain/grid";
import type { HeatGrid } from "@/domain/heatMap";
import type { ImagePlane } from "../plane";
import type { Slice } from "../slices";
import { StateStore } from "../viewerState";
import { heatNote } from "./heatNote";

const IN_PATIENT: ImagePlane = {
  columns: 4,
  rows: 4,
  spacing: { row_mm: 1, column_mm: 1 },
  position: [0, 0, 0],
  orientation: { row: [1, 0, 0], column: [0, 1, 0] },
};

function pane(view: PaneView, imageId: string | null, ...planes: ImagePlane[]) {
  const store = new StateStore();
  store.set({ imageId });
  const slices = planes.map((plane, index) => ({
    imageId: `image ${index}`,
    frameOfReferenceUid: "1.9",
    plane,
  }));
  return { view, store, slices: slices as unknown as Slice[] };
}

const grid = (slices: number, frame_of_reference_uid: string): HeatGrid => ({
  digest: "d",
  columns: 2,
  rows: 2,
  slices,
  affine: [],
  frame_of_reference_uid,
});

test("a heat map that cannot be shown on a pane says why", () => {
  const nowhere = { ...IN_PATIENT, position: null };
  expect(heatNote(grid(3, "1.9"), pane("STACK", "image 0", IN_PATIENT))).toBeNull();
  expect(heatNote(grid(3, ""), pane("CORONAL", "a volume", IN_PATIENT))).toBeNull();
  expect(heatNote(grid(3, "1.8"), pane("CORONAL", "a volume", IN_PATIENT))).toContain("frame of reference");
  // Of the image on the screen, not of another one of the stack.
  expect(heatNote(grid(3, ""), pane("STACK", "image 1", IN_PATIENT, nowhere))).toContain("no place");
  expect(heatNote(grid(3, ""), pane("STACK", "image 0", IN_PATIENT, nowhere))).toBeNull();
  expect(heatNote(grid(1, "1.9"), pane("SAGITTAL", "a volume", IN_PATIENT))).toContain("one slice");
  expect(heatNote(grid(1, "1.9"), pane("STACK", "image 0", IN_PATIENT))).toBeNull();
  // Before there is an image nothing is known.
  expect(heatNote(grid(3, "1.8"), pane("STACK", null, IN_PATIENT))).toBeNull();
});
