import { cache, type Types, volumeLoader } from "@cornerstonejs/core";
import type { OpenedSeries } from "./openedSeries";
import { volumeGeometry } from "./volumeGeometry";

// WebGL 2 promises 3D textures of this size (table 6.30 of its specification); larger ones fail on some cards.
const LARGEST_SIDE = 2048;

/** Why planes of this series cannot be shown, in words; null when they can. */
export function planesRefusal(series: OpenedSeries): string | null {
  const geometry = volumeGeometry(series.slices);
  if (!geometry.isVolume) return geometry.text;
  const isTooLarge = geometry.dimensions.some((side) => side > LARGEST_SIDE);
  return isTooLarge ? `The images are larger than ${LARGEST_SIDE} pixels: too large for a volume.` : null;
}

/** The volumes of the grid: one for each series, shared by its planes and freed when the last plane leaves. */
export class Volumes {
  private readonly users = new Map<string, number>();

  /** All images have to be in the memory already. */
  take(series: OpenedSeries): Types.IImageVolume {
    const volumeId = volumeIdOf(series);
    const imageIds = series.slices.map(({ imageId }) => imageId);
    const volume = volumeLoader.createAndCacheVolumeFromImagesSync(volumeId, imageIds);
    this.users.set(volumeId, (this.users.get(volumeId) ?? 0) + 1);
    return volume;
  }

  release(series: OpenedSeries): void {
    const volumeId = volumeIdOf(series);
    const left = (this.users.get(volumeId) ?? 1) - 1;
    if (left > 0) {
      this.users.set(volumeId, left);
      return;
    }
    this.users.delete(volumeId);
    // The images stay for the stacks; only the volume over them and its texture go.
    if (cache.getVolume(volumeId)) cache.removeVolumeLoadObject(volumeId);
  }
}

function volumeIdOf(series: OpenedSeries): string {
  return `overread-volume:${series.seriesInstanceUid}`;
}
