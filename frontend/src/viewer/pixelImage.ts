import { cache } from "@cornerstonejs/core";
import type { GreyImage } from "@/domain/pixelStatistics";
import { drawnPlane } from "./plane";
import type { Slice } from "./slices";

/** The values of a slice that is loaded; null for colour, whose numbers measure nothing. */
export function greyImageOf(slice: Slice): GreyImage | null {
  if (slice.isColour) return null;
  const image = cache.getImage(slice.imageId);
  if (!image) return null;
  return {
    columns: image.columns,
    rows: image.rows,
    values: image.getPixelData(),
    unit: slice.modality === "CT" ? "HU" : "raw",
    ...drawnPlane(slice.plane).spacing,
  };
}
