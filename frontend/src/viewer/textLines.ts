import type { MarkKind } from "@/domain/labelSchema";
import { sizeLines, valueLines } from "@/domain/markText";
import { type AnnotationData, shapeOf } from "./annotations";
import { greyImageOf } from "./pixelImage";
import type { Slice } from "./slices";
import { type PixelOffset, toPayload } from "./toPayload";

/**
 * The words beside a mark: its number in the list, our own sizes (the same that are saved), and the pixel
 * values under it. Cornerstone's are not used: they say mm wherever a spacing of 1 was filled in.
 */
export function textLines(
  kind: MarkKind,
  data: AnnotationData,
  targetId: string | string[],
  sliceOfImage: (imageId: string) => Slice | undefined,
  offset: PixelOffset,
): string[] {
  const target = Array.isArray(targetId) ? targetId[0] : targetId;
  const slice = sliceOfImage((target ?? "").replace(/^imageId:/, ""));
  const label = data.label ? [data.label] : [];
  if (!slice) return label;
  const surroundings = { slice, offset, image: greyImageOf(slice), depth: data.depth ?? FLAT };
  const mark = toPayload(kind, shapeOf(kind, data), surroundings);
  if (!mark) return label;
  return [...label, ...sizeLines(mark.geometry), ...valueLines(mark.measurements)];
}

/** A box that is being drawn has no depth yet. */
const FLAT = { from_mm: 0, to_mm: 0 };
