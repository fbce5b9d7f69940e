import type { MarkKind } from "@/domain/labelSchema";
import { sizeLines, valueLines } from "@/domain/markText";
import type { Geometry } from "@/domain/payload";
import { type AnnotationData, shapeOf } from "./annotations";
import { RestingValues } from "./areaValues";
import { calibrationAt, NO_CALIBRATION } from "./calibration";
import { colourText, greyImageOf } from "./pixelImage";
import { drawnPlane, toPixel } from "./plane";
import type { Slice } from "./slices";
import type { TextLinesOf } from "./toolGroup";
import { type DrawnMark, type MarkSurroundings, type PixelOffset, toPayload } from "./toPayload";

/** The words beside the marks of all panes. */
export class MarkWords {
  private readonly values: RestingValues;

  constructor(
    private readonly sliceOfImage: (imageId: string) => Slice | undefined,
    /** Whether of this mark only its number has room in this pane. */
    private readonly isBrief: (data: object, paneId: string) => boolean,
    private readonly offset: PixelOffset,
    onReady: () => void,
  ) {
    this.values = new RestingValues(onReady);
  }

  readonly of: TextLinesOf = (kind, given, targetId, paneId) => {
    const data = given as AnnotationData;
    if (data.label && this.isBrief(data, paneId)) return [data.label];
    return textLines(kind, data, targetId, this.sliceOfImage, this.offset, this.values);
  };

  destroy(): void {
    this.values.destroy();
  }
}

/**
 * The words beside a mark: its number in the list, our own sizes (the same that are saved), and the pixel
 * values under it. Cornerstone's are not used: they say mm wherever a spacing of 1 was filled in.
 */
function textLines(
  kind: MarkKind,
  data: AnnotationData,
  targetId: string | string[],
  sliceOfImage: (imageId: string) => Slice | undefined,
  offset: PixelOffset,
  values: RestingValues,
): string[] {
  const target = Array.isArray(targetId) ? targetId[0] : targetId;
  const slice = sliceOfImage((target ?? "").replace(/^imageId:/, ""));
  const label = data.label ? [data.label] : [];
  if (!slice) return label;
  let isComing = false;
  const readValues: MarkSurroundings["readValues"] = (...area) => {
    const found = values.of(data, ...area);
    isComing = found === null;
    return found ?? {};
  };
  const image = data.isForeign ? null : greyImageOf(slice);
  const surroundings = { slice, offset, image, depth: data.depth ?? FLAT, readValues };
  const mark = toPayload(kind, shapeOf(kind, data), surroundings);
  if (!mark) return label;
  return [
    ...label,
    ...sizeText(mark.geometry, slice),
    ...(isComing ? ["…"] : valueLines(mark.measurements)),
    ...(data.isForeign ? [] : colour(kind, mark, slice)),
  ];
}

/**
 * Millimetres and what they mean where the image is calibrated, else pixels, named as such, and why. That an
 * image has no spacing at all is said by the unit; a place within it that has none needs its reason.
 */
export function sizeText(geometry: Geometry, slice: Pick<Slice, "frame">): string[] {
  const { points_px } = geometry;
  if (!points_px) return sizeLines(geometry);
  const calibration = calibrationAt(slice.frame, points_px);
  const lines = sizeLines(geometry);
  if (calibration.spacing) return lines;
  const isSaid = lines.length === 0 || calibration.refusal === "NO_SPACING";
  return isSaid ? lines : [...lines, NO_CALIBRATION[calibration.refusal]];
}

function colour(kind: MarkKind, { geometry }: DrawnMark, slice: Slice): string[] {
  if (kind !== "PROBE" || !slice.isColour) return [];
  const plane = drawnPlane(slice.plane);
  const [first] = geometry.points_px ?? (geometry.points_mm ?? []).map((point) => toPixel(plane, point));
  return first ? colourText(slice, first) : [];
}

/** A box that is being drawn has no depth yet. */
const FLAT = { from_mm: 0, to_mm: 0 };
