import { type Types, utilities } from "@cornerstonejs/core";
import type { PatientMm } from "@/domain/payload";
import { countedFrom, isAgainst } from "./planeOrder";

/** Towards where the plane in an element counts; Cornerstone itself always counts along the normal of the view. */
const WAYS = new WeakMap<Element, PatientMm>();

export function setWay(element: Element, way: PatientMm): void {
  WAYS.set(element, way);
}

/** Whether a plane counts and scrolls against Cornerstone; stacks never do. */
export function isCountedBackwards(viewport: Pick<Types.IViewport, "element" | "getCamera">): boolean {
  const way = WAYS.get(viewport.element);
  const normal = viewport.getCamera().viewPlaneNormal;
  return way !== undefined && normal !== undefined && isAgainst(way, [...normal]);
}

/** The slice of the volume that a plane is nearest to, from 0, and how many there are in its direction. */
export function placeOfPlane(viewport: Types.IVolumeViewport): { index: number; count: number } {
  const info = utilities.getVolumeViewportScrollInfo(viewport, viewport.getVolumeId());
  const count = info.numScrollSteps + 1;
  return { index: countedFrom(info.currentStepIndex, count, isCountedBackwards(viewport)), count };
}

/** By slices of the volume, however thick the slab is. */
export function scrollPlane(viewport: Types.IVolumeViewport, steps: number): void {
  const delta = isCountedBackwards(viewport) ? -steps : steps;
  utilities.scroll(viewport as Types.IViewport, { volumeId: viewport.getVolumeId(), delta });
}
