import type { HeatGrid } from "@/domain/heatMap";
import type { Pane } from "../pane";
import { isInPatient } from "../plane";
import type { Slice } from "../slices";

/** The image that a stack shows, or any of those that a plane is cut through; undefined before there is one. */
export function imageOn({ slices, store, view }: Pick<Pane, "slices" | "store" | "view">): Slice | undefined {
  const { imageId } = store.get();
  if (imageId === null) return undefined;
  return view === "STACK" ? slices.find((one) => one.imageId === imageId) : slices[0];
}

/** Why a heat map cannot lie over an image, in words; null where it can. */
export function heatRefusal(
  grid: HeatGrid,
  { plane, frameOfReferenceUid }: Pick<Slice, "plane" | "frameOfReferenceUid">,
): string | null {
  if (!isInPatient(plane)) return "AI heat map not shown: this image has no place in the patient.";
  const frame = grid.frame_of_reference_uid;
  return frame && frameOfReferenceUid !== frame
    ? "AI heat map not shown: this image has another frame of reference."
    : null;
}

/** What there is to know of a heat map on a pane, in words: one slice has no depth that a reformat could show. */
export function heatNote(grid: HeatGrid, pane: Pick<Pane, "slices" | "store" | "view">): string | null {
  const image = imageOn(pane);
  if (!image) return null;
  const refusal = heatRefusal(grid, image);
  if (refusal !== null || pane.view === "STACK" || grid.slices > 1) return refusal;
  return "The AI's heat map is one slice: look at it on the original slices.";
}
