import { hungGrid } from "@/domain/hangGrid";
import { type FrameGrant, openFrames, takeGrants } from "./frames";
import type { Read } from "./reading";
import { call } from "./send";

/** Open an assignment; what its images are fetched by comes along. */
export async function openRead(assignmentId: string, signal?: AbortSignal): Promise<Read> {
  const path = `/api/v1/assignments/${assignmentId}/open`;
  const { frame_grants, ...read } = await call<OpenedRead>("POST", path, signal ? { signal } : {});
  takeGrants(frame_grants);
  return read;
}

type OpenedRead = Read & { frame_grants: FrameGrant[] };

// Older than this it may have been changed since, in another window.
const FRESH_MS = 10_000;

let early: { assignmentId: string; read: Promise<Read>; askedAt: number } | null = null;

/** Open an assignment while the screen that shows it is still being loaded. */
export function openEarly(assignmentId: string): void {
  const read = openRead(assignmentId);
  early = { assignmentId, read, askedAt: performance.now() };
  // Whoever takes it hears of the failure.
  read.catch(() => undefined);
}

/** The read of an assignment, and its images asked for before anybody draws them. What was opened early is taken once. */
export async function openWithImages(assignmentId: string, signal: AbortSignal): Promise<Read> {
  const waiting = early;
  early = null;
  const isIt = waiting?.assignmentId === assignmentId && performance.now() - waiting.askedAt < FRESH_MS;
  const read = await (isIt ? waiting.read : openRead(assignmentId, signal));
  findImages(read);
  return read;
}

/** Ask where the series are with which the case opens; the viewer asks again, and shows what fails. */
function findImages(read: Read): void {
  const studies = [read.case.imaging_study, ...read.case.priors.map((prior) => prior.imaging_study)];
  const { grid } = hungGrid(
    read.hanging_rules,
    studies.map(({ series }) => series),
  );
  for (const { seriesInstanceUid } of grid.panes) {
    const study = studies.find(({ series }) =>
      series.some((one) => one.series_instance_uid === seriesInstanceUid),
    );
    if (study && seriesInstanceUid !== null) {
      openFrames(study.study_instance_uid, seriesInstanceUid).catch(() => undefined);
    }
  }
}
