import { Enums, metaData } from "@cornerstonejs/core";
import { drawnPlane, isInPatient } from "./plane";
import type { Slice } from "./slices";

const { MetadataModules } = Enums;

const slices = new Map<string, Slice>();

/** The slice of an image that is registered. */
export function sliceOfImageId(imageId: string): Slice | undefined {
  return slices.get(imageId);
}

/** Make a series known to Cornerstone, which asks for metadata by image id. */
export function registerSlices(added: Slice[]): void {
  for (const slice of added) slices.set(slice.imageId, slice);
}

/** The series is left: a day of reading does not fill the tab. */
export function forgetSlices(left: Slice[]): void {
  for (const slice of left) {
    // The series may have been registered again since: then its slices are other objects.
    if (slices.get(slice.imageId) === slice) slices.delete(slice.imageId);
  }
}

/** What each of Cornerstone's modules is for a slice. Only what Cornerstone 5.14 reads is answered. */
const MODULES: Record<string, (slice: Slice) => unknown> = {
  [MetadataModules.GENERAL_SERIES]: ({ modality, seriesInstanceUid }) => ({
    modality,
    seriesInstanceUID: seriesInstanceUid,
  }),
  [MetadataModules.SOP_COMMON]: ({ frame, sopInstanceUid }) => ({
    sopClassUID: frame.sopClassUid,
    sopInstanceUID: sopInstanceUid,
  }),
  [MetadataModules.IMAGE_PLANE]: imagePlaneModule,
  [MetadataModules.IMAGE_PIXEL]: imagePixelModule,
  [MetadataModules.VOI_LUT]: voiLutModule,
  [MetadataModules.MODALITY_LUT]: ({ frame }) => ({
    rescaleSlope: frame.pixels.rescale.slope * (frame.pixels.suv?.factor ?? 1),
    rescaleIntercept: frame.pixels.rescale.intercept * (frame.pixels.suv?.factor ?? 1),
    rescaleType: frame.pixels.unit ?? undefined,
  }),
};

function imagePlaneModule({ plane, frameOfReferenceUid }: Slice) {
  const { spacing, position, orientation, rows, columns } = drawnPlane(plane);
  return {
    frameOfReferenceUID: frameOfReferenceUid ?? undefined,
    rows,
    columns,
    imageOrientationPatient: [...orientation.row, ...orientation.column],
    rowCosines: [...orientation.row],
    columnCosines: [...orientation.column],
    imagePositionPatient: [...position],
    pixelSpacing: plane.spacing ? [spacing.row_mm, spacing.column_mm] : undefined,
    rowPixelSpacing: spacing.row_mm,
    columnPixelSpacing: spacing.column_mm,
    usingDefaultValues: !isInPatient(plane),
  };
}

/** As stored: it guides the decoders. A palette's indices are decoded like grey, the colours come after. */
function imagePixelModule({ plane, frame: { pixels, palette } }: Slice) {
  return {
    samplesPerPixel: pixels.samplesPerPixel,
    photometricInterpretation: palette ? "MONOCHROME2" : pixels.photometricInterpretation,
    planarConfiguration: pixels.planarConfiguration,
    rows: plane.rows,
    columns: plane.columns,
    bitsAllocated: pixels.bitsAllocated,
    bitsStored: pixels.bitsStored,
    highBit: pixels.highBit,
    pixelRepresentation: pixels.isSigned ? 1 : 0,
  };
}

function voiLutModule({ frame: { displays } }: Slice) {
  const windows = displays.filter((display) => display.kind === "WINDOW");
  const [first] = windows;
  if (!first) return {};
  return {
    windowCenter: windows.map(({ center }) => center),
    windowWidth: windows.map(({ width }) => width),
    voiLUTFunction: first.voiFunction,
  };
}

// Above the providers that Cornerstone's own loader brings.
const PRIORITY = 10_000;

/** Answer Cornerstone's questions about registered slices; others are left to the next provider. */
export function startSliceMetadata(): void {
  metaData.addProvider((type: string, imageId: string) => {
    const slice = typeof imageId === "string" ? slices.get(imageId) : undefined;
    return slice && MODULES[type]?.(slice);
  }, PRIORITY);
}
