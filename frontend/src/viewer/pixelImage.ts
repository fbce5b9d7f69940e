import { cache } from "@cornerstonejs/core";
import type { PixelPoint } from "@/domain/payload";
import { type GreyImage, unitText } from "@/domain/pixelStatistics";
import { paddingOf } from "./frameImage";
import { drawnPlane } from "./plane";
import type { Slice } from "./slices";

/** The values of a slice that is loaded; null for colour, whose numbers measure nothing. */
export function greyImageOf(slice: Slice): GreyImage | null {
  const image = slice.isColour ? undefined : cache.getImage(slice.imageId);
  if (!image) return null;
  return {
    columns: image.columns,
    rows: image.rows,
    values: image.getPixelData(),
    padding: paddingOf(image),
    unit: unitText(slice.frame.pixels.unit),
    ...drawnPlane(slice.plane).spacing,
  };
}

/** The colour of a pixel of a slice that is loaded, to be read beside a probe. */
export function colourText(slice: Slice, [column, row]: PixelPoint): string[] {
  const image = slice.isColour ? cache.getImage(slice.imageId) : undefined;
  const [x, y] = [Math.round(column), Math.round(row)];
  if (!image || x < 0 || y < 0 || x >= image.columns || y >= image.rows) return [];
  const start = (y * image.columns + x) * image.numberOfComponents;
  return [
    `RGB ${image
      .getPixelData()
      .slice(start, start + 3)
      .join(" ")}`,
  ];
}
