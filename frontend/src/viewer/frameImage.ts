import { type Types, utilities } from "@cornerstonejs/core";
import { modalityPixels } from "./modalityPixels";
import { colourBytes, coloursOf } from "./palette";
import { drawnPlane } from "./plane";
import type { Slice } from "./slices";
import { derivedRange, windowOfRange } from "./window";

type Pixels = Types.PixelDataTypedArray;

/** Which pixels of an image are padding; only of images that have some. */
const paddingOfImage = new WeakMap<Types.IImage, Uint8Array>();

export function paddingOf(image: Types.IImage): Uint8Array | null {
  return paddingOfImage.get(image) ?? null;
}

/** Why the pixels of a slice cannot be shown as what they are, or null. */
export function pixelRefusal(slice: Slice): string | null {
  const { photometricInterpretation, samplesPerPixel } = slice.frame.pixels;
  if (photometricInterpretation === "PALETTE COLOR" && !slice.frame.palette)
    return "its colour palette is missing or damaged.";
  if (samplesPerPixel === 1 || samplesPerPixel === 3) return null;
  return `it has ${samplesPerPixel} samples per pixel.`;
}

/**
 * The image that Cornerstone draws, from decoded pixels as they are stored: native, RGB by pixel.
 *
 * Everything between stored numbers and values happens here and not in Cornerstone, which knows no modality
 * LUT sequence, loses fractions of a rescale whose ends are whole numbers, and misreads signed bytes.
 */
export function frameImage(slice: Slice, stored: ArrayLike<number>, useRGBA = false): Types.IImage {
  const refusal = pixelRefusal(slice);
  if (refusal) throw new Error(refusal);
  return slice.isColour ? colourImage(slice, stored, useRGBA) : greyImage(slice, stored);
}

function greyImage(slice: Slice, stored: ArrayLike<number>): Types.IImage {
  const { values, min, max, padding } = modalityPixels(stored, slice.frame.pixels);
  const image = imageOf(slice, values, 1, {
    minPixelValue: min,
    maxPixelValue: max,
    windowCenter: 0,
    windowWidth: 0,
    voiLUTFunction: functionOf(slice),
    invert: slice.frame.pixels.photometricInterpretation === "MONOCHROME1",
  });
  if (padding) paddingOfImage.set(image, padding);
  return withOwnWindow(image, slice);
}

function functionOf({ frame }: Slice): Types.IImage["voiLUTFunction"] {
  const [display] = frame.displays;
  return (display?.kind === "WINDOW" ? display.voiFunction : "LINEAR") as Types.IImage["voiLUTFunction"];
}

/** The window that the image names, or one from its values: made when it is asked for, since that takes a while. */
function withOwnWindow(image: Types.IImage, slice: Slice): Types.IImage {
  const [display] = slice.frame.displays;
  const named = display?.kind === "WINDOW" ? display : null;
  let own: { center: number; width: number } | null = named;
  const window = () => {
    own ??= windowOfRange(derivedRange(image.getPixelData(), paddingOf(image)));
    return own;
  };
  return Object.defineProperties(image, {
    windowCenter: { get: () => window().center, enumerable: true },
    windowWidth: { get: () => window().width, enumerable: true },
  });
}

function colourImage(slice: Slice, stored: ArrayLike<number>, useRGBA: boolean): Types.IImage {
  const { palette, pixels } = slice.frame;
  const colours = palette ? coloursOf(stored, palette, pixels) : colourBytes(stored, pixels);
  const drawn = useRGBA ? withOpacity(colours) : new Uint8Array(colours.buffer);
  // Colours go to the screen as they are: black is 0 and white 255.
  const unwindowed = { minPixelValue: 0, maxPixelValue: 255, windowCenter: 128, windowWidth: 256 };
  return imageOf(slice, drawn, useRGBA ? 4 : 3, {
    ...unwindowed,
    voiLUTFunction: "LINEAR" as Types.IImage["voiLUTFunction"],
    invert: false,
  });
}

function withOpacity(colours: Uint8ClampedArray): Uint8Array {
  const drawn = new Uint8Array((colours.length / 3) * 4).fill(255);
  for (let pixel = 0; 3 * pixel < colours.length; pixel += 1) {
    drawn.set(colours.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  }
  return drawn;
}

type Drawing = Pick<
  Types.IImage,
  "minPixelValue" | "maxPixelValue" | "windowCenter" | "windowWidth" | "voiLUTFunction" | "invert"
>;

function imageOf(slice: Slice, pixels: Pixels, components: number, drawing: Drawing): Types.IImage {
  const { rows, columns, spacing } = drawnPlane(slice.plane);
  if (pixels.length !== rows * columns * components) throw new Error("it has another size than it says.");
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData: pixels,
    width: columns,
    height: rows,
    numberOfComponents: components,
  });
  return {
    imageId: slice.imageId,
    ...drawing,
    rows,
    columns,
    height: rows,
    width: columns,
    columnPixelSpacing: spacing.column_mm,
    rowPixelSpacing: spacing.row_mm,
    color: components > 1,
    rgba: components === 4,
    numberOfComponents: components,
    // The values are final: nothing may be rescaled again.
    slope: 1,
    intercept: 0,
    preScale: { enabled: false },
    dataType: pixels.constructor.name as Types.PixelDataTypedArrayString,
    sizeInBytes: pixels.byteLength,
    // What tells Cornerstone that the next image of a stack needs another kind of drawing.
    photometricInterpretation: components > 1 ? "RGB" : slice.frame.pixels.photometricInterpretation,
    voxelManager,
    getPixelData: () => pixels,
    getCanvas: () => canvasOf(pixels, rows, columns, components),
  };
}

/** Cornerstone asks for it when it draws colour without the graphics card. */
function canvasOf(pixels: Pixels, rows: number, columns: number, components: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.height, canvas.width] = [rows, columns];
  const data = new Uint8ClampedArray(4 * rows * columns).fill(255);
  for (let pixel = 0; pixel < rows * columns; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[4 * pixel + channel] = pixels[components * pixel + (components > 1 ? channel : 0)] ?? 0;
    }
  }
  canvas.getContext("2d")?.putImageData(new ImageData(data, columns, rows), 0, 0);
  return canvas;
}
