import type { SeriesFrames } from "./series";

/**
 * Where the frames of each series come from. The API puts a series in when its manifest is there, the viewer's image
 * loader looks it up; a series that is not in it comes from DICOMweb.
 */
const known = new Map<string, Known>();
// The case on the screen and the one that follows, each with nine priors, and some room. What is older is asked for
// anew. Studies go as a whole: a series whose metadata is on the screen must not come from elsewhere in mid-case.
const MOST_STUDIES = 24;

interface Known {
  studyInstanceUid: string;
  frames: SeriesFrames;
}

export function framesOf(seriesInstanceUid: string): SeriesFrames | null {
  const found = known.get(seriesInstanceUid);
  if (!found) return null;
  // What is in use stays the longest.
  known.delete(seriesInstanceUid);
  known.set(seriesInstanceUid, found);
  return found.frames;
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
  known.get(seriesInstanceUid)?.frames.drop();
  known.delete(seriesInstanceUid);
}

export function knowFrames(studyInstanceUid: string, seriesInstanceUid: string, frames: SeriesFrames): void {
  known.delete(seriesInstanceUid);
  known.set(seriesInstanceUid, { studyInstanceUid, frames });
  const newestFirst = [...known.values()].reverse().map((one) => one.studyInstanceUid);
  const kept = new Set([...new Set(newestFirst)].slice(0, MOST_STUDIES));
  for (const [uid, one] of known) {
    if (kept.has(one.studyInstanceUid)) continue;
    one.frames.drop();
    known.delete(uid);
  }
}
