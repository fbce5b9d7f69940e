import type { PlaneName } from "@/domain/grid";
import type { PatientMm } from "@/domain/payload";
import { dot, subtract } from "@/domain/vectors";
import type { Slice } from "./slices";

/** How reformats are counted where no stack says otherwise: from head to feet, front to back, right to left. */
const USUAL_WAY: Record<PlaneName, PatientMm> = {
  AXIAL: [0, 0, -1],
  CORONAL: [0, 1, 0],
  SAGITTAL: [1, 0, 0],
};
const AXIS: Record<PlaneName, 0 | 1 | 2> = { SAGITTAL: 0, CORONAL: 1, AXIAL: 2 };

/** Towards where in the patient a plane counts: the plane nearest to the acquisition as its stack, the others as usual. */
export function wayOf(view: PlaneName, slices: Slice[]): PatientMm {
  const [first, last] = [slices[0]?.plane.position, slices.at(-1)?.plane.position];
  if (!first || !last) return USUAL_WAY[view];
  const way = subtract(last, first);
  const across = Math.abs(way[AXIS[view]]);
  return way.every((share) => Math.abs(share) <= across) ? way : USUAL_WAY[view];
}

/** Whether counting along this normal goes against that way; a plane turned at right angles to it keeps its own. */
export function isAgainst(way: PatientMm, normal: PatientMm): boolean {
  return dot(way, normal) < 0;
}

/** The same slice counted from the other end, where that is asked for. */
export function countedFrom(index: number, count: number, isFromEnd: boolean): number {
  return isFromEnd ? count - 1 - index : index;
}
