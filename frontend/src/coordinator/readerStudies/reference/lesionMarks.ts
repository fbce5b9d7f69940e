import type { ImagesOfCase } from "@/api/reading";
import { geometriesOf, type ReferenceLesion } from "@/domain/lesions";
import { type AiSegmentGeometry, type Geometry, isAiSegment, type SphereGeometry } from "@/domain/payload";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import type { Segment } from "@/domain/segments";
import type { ViewerMark } from "@/viewer";

// That of the reference standard's other marks, see markStyles.ts of the viewer.
const WHITE: SegmentOverlay["colour"] = [255, 255, 255];

/** The segments that lesions name. */
export function segmentsOf(lesions: ReferenceLesion[]): AiSegmentGeometry[] {
  return lesions.flatMap(geometriesOf).filter(isAiSegment);
}

/** Lesions on the images of their case: locked, and in the look of the reference standard. Segments lie over them. */
export function lesionMarks(lesions: ReferenceLesion[], about: ImagesOfCase[]): ViewerMark[] {
  return lesions.flatMap((lesion) =>
    geometriesOf(lesion).flatMap((geometry, index): ViewerMark[] =>
      isAiSegment(geometry) ? [] : [lesionMark(lesion.id, index, geometry, about)],
    ),
  );
}

function lesionMark(
  id: string,
  index: number,
  geometry: Geometry | SphereGeometry,
  about: ImagesOfCase[],
): ViewerMark {
  return {
    id: `${id} ${index}`,
    geometry,
    label: id,
    source: "REFERENCE",
    isLocked: true,
    seriesInstanceUids: studiesOf(geometry, about).flatMap(({ series }) =>
      series.map((one) => one.series_instance_uid),
    ),
  };
}

/** The imaging studies on which it may lie: what names nothing of an image, as a CSV, is in the millimetres of the first. */
function studiesOf(geometry: Geometry | SphereGeometry, about: ImagesOfCase[]): ImagesOfCase[] {
  const { sop_instance_uid, series_instance_uid, frame_of_reference_uid } = geometry;
  return sop_instance_uid || series_instance_uid || frame_of_reference_uid ? about : about.slice(0, 1);
}

/** Where a lesion's button leads to: its first place, of a segment the slice that shows most of it. */
export function firstPlace(lesion: ReferenceLesion, about: ImagesOfCase[]): ViewerMark | null {
  const first = geometriesOf(lesion)[0];
  if (!first) return null;
  if (!isAiSegment(first)) return lesionMark(lesion.id, 0, first, about);
  const { sop_instance_uid, series_instance_uid, frame_number } = first;
  const where = { frame_of_reference_uid: null, sop_instance_uid, series_instance_uid, frame_number };
  return lesionMark(lesion.id, 0, { kind: "POINT", points_mm: null, ...where }, about);
}

/** The segments as they lie over the images: hatched, as everything that is nobody's own. */
export function lesionOverlays(
  lesions: ReferenceLesion[],
  voxels: ReadonlyMap<string, Segment>,
): SegmentOverlay[] {
  return segmentsOf(lesions).flatMap(({ sha256 }): SegmentOverlay[] => {
    const found = voxels.get(sha256);
    return found ? [{ voxels: found, colour: WHITE, fill: 0.35, line: 1, isForeign: true }] : [];
  });
}
