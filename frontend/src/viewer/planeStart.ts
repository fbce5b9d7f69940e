import type { PatientMm } from "@/domain/payload";
import type { Pane } from "./pane";
import { isInPatient, toPatient, toPixel } from "./plane";

/** The middle of what a stack shows, on its slice; within the image where the view lies beside it. */
export function middleOfView(stack: Pane): PatientMm | null {
  const plane = stack.slices[stack.store.get().index]?.plane;
  // Not by its canvas, which may be about to change its size.
  const { focalPoint } = stack.viewport.getCamera();
  if (!plane || !focalPoint || !isInPatient(plane)) return null;
  const [x, y, z] = focalPoint;
  const [column, row] = toPixel(plane, [x, y, z]);
  return toPatient(plane, [within(column, plane.columns), within(row, plane.rows)]);
}

function within(value: number, count: number): number {
  return Math.min(Math.max(value, 0), count - 1);
}
