import type { SeriesFrames } from "./series";

/**
 * Where the frames of each series come from. The API puts a series in when its manifest is there, the viewer's image
 * loader looks it up; a series that is not in it comes from DICOMweb.
 */
const known = new Map<string, SeriesFrames>();
// A reader looks at a handful of series of a few cases; what is older is asked for anew.
const MOST_SERIES = 64;

export function framesOf(seriesInstanceUid: string): SeriesFrames | null {
  const frames = known.get(seriesInstanceUid);
  if (!frames) return null;
  // What is in use stays the longest.
  known.delete(seriesInstanceUid);
  known.set(seriesInstanceUid, frames);
  return frames;
}

/** Series on the screen whose frames come from DICOMweb: their metadata describes other bytes than the files hold. */
const fromDicomweb = new Set<string>();

export function noteFromDicomweb(seriesInstanceUid: string): void {
  fromDicomweb.add(seriesInstanceUid);
}

export function isFromDicomweb(seriesInstanceUid: string): boolean {
  return fromDicomweb.has(seriesInstanceUid);
}

/** The case is left: let go of all that is known of its series. When it is opened again the browser's cache has it. */
export function leaveSeries(seriesInstanceUid: string): void {
  fromDicomweb.delete(seriesInstanceUid);
  known.get(seriesInstanceUid)?.drop();
  known.delete(seriesInstanceUid);
}

export function knowFrames(seriesInstanceUid: string, frames: SeriesFrames): void {
  known.delete(seriesInstanceUid);
  known.set(seriesInstanceUid, frames);
  for (const [uid, oldest] of known) {
    if (known.size <= MOST_SERIES) return;
    oldest.drop();
    known.delete(uid);
  }
}
