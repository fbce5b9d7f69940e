import { Enums, imageLoader, imageLoadPoolManager, type Types } from "@cornerstonejs/core";
import { drawnPlane } from "./plane";
import type { Slice } from "./slices";
import { firstDisplay } from "./stackDisplay";
import { thumbnailPixels } from "./thumbnailPixels";

/** Draw the middle slice of a series small; it waits behind every image that the reader is waiting for. */
export async function drawThumbnail(slices: Slice[], canvas: HTMLCanvasElement): Promise<void> {
  const index = Math.floor(slices.length / 2);
  const slice = slices[index];
  if (!slice) return;
  const image = await loadLast(slice.imageId);
  const display = await firstDisplay(slices, index);
  const context = canvas.getContext("2d");
  if (!context) return;
  const { spacing } = drawnPlane(slice.plane);
  const pixels = thumbnailPixels(
    {
      values: image.getPixelData(),
      columns: image.columns,
      rows: image.rows,
      channels: image.color ? (image.numberOfComponents === 4 ? 4 : 3) : 1,
      pixelAspect: spacing.row_mm / spacing.column_mm,
    },
    display?.range ?? { lower: 0, upper: 255 },
    image.photometricInterpretation === "MONOCHROME1",
    canvas.width,
  );
  context.putImageData(new ImageData(pixels, canvas.width, canvas.width), 0, 0);
}

function loadLast(imageId: string): Promise<Types.IImage> {
  return new Promise((resolve, reject) => {
    const requestType = Enums.RequestType.Thumbnail;
    const load = () =>
      imageLoader.loadAndCacheImage(imageId, { priority: 0, requestType }).then(resolve, reject);
    imageLoadPoolManager.addRequest(load, requestType, { imageId });
  });
}
