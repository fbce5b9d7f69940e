import { cache } from "@cornerstonejs/core";

const GIB = 1024 ** 3;

/** A quarter of the machine's memory for decoded images, between half a gibibyte and two. */
export function limitMemory(): void {
  const { deviceMemory = 4 } = navigator as Navigator & { deviceMemory?: number };
  cache.setMaxCacheSize(Math.min(2, Math.max(0.5, deviceMemory / 4)) * GIB);
}
