import type { Types } from "@cornerstonejs/core";

/** As many steps as a ray through the whole of a volume takes: VTK's own count (the diagonal of its bounds). */
export function stepsThrough(bounds: readonly number[], step_mm: number): number {
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0] = bounds;
  return Math.ceil(Math.hypot(x1 - x0, y1 - y0, z1 - z0) / step_mm);
}

/**
 * Allow a plane the steps that its fine sampling takes. VTK counts them through the whole volume, which a slab cuts a
 * small part of, and complains at every drawing where the count is over the limit that Cornerstone sets.
 */
export function allowEveryStep({ volumeActor }: { volumeActor: Types.VolumeActor }): void {
  const mapper = volumeActor.getMapper();
  const bounds = mapper?.getInputData()?.getBounds();
  if (!mapper || !bounds) return;
  const steps = stepsThrough(bounds, mapper.getSampleDistance());
  mapper.setMaximumSamplesPerRay(Math.max(steps, mapper.getMaximumSamplesPerRay()));
}
