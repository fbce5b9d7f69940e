import { hungGrid } from "@/domain/hangGrid";
import { type FrameGrant, openFrames, takeGrants } from "./frames";
import type { Read } from "./reading";
import { call } from "./send";

interface Opening {
  /** Who wants to edit what is opened; whoever only looks leaves it out. */
  editor?: string;
  signal?: AbortSignal;
}

/** Open an assignment; what its images are fetched by comes along, and for an editor whose turn it is. */
export async function openRead(assignmentId: string, { editor, signal }: Opening = {}): Promise<Read> {
  const path = `/api/v1/assignments/${assignmentId}/open`;
  const body = editor === undefined ? {} : { body: { editor } };
  const opened = await call<OpenedRead>("POST", path, signal ? { ...body, signal } : body);
  const { frame_grants, turn, ...read } = opened;
  takeGrants(frame_grants);
  given = turn && {
    readId: read.id,
    turn: { ...turn, revision: read.revision_number },
    at: performance.now(),
  };
  return read;
}

interface Turn {
  is_held: boolean;
  /** Since when another editor has held it. */
  held_since: string | null;
}

type OpenedRead = Read & { frame_grants: FrameGrant[]; turn: Turn | null };

/** Whose turn it was when a read was opened, and what stood there then. */
export interface GivenTurn extends Turn {
  revision: number;
}

// Older than this it may have been changed since, in another window.
const FRESH_MS = 10_000;

let given: { readId: string; turn: GivenTurn; at: number } | null = null;

/** The turn that came along with a read just opened; it is taken once, since it may be given back after that. */
export function takeTurn(readId: string): GivenTurn | null {
  const waiting = given;
  given = null;
  const isIt = waiting?.readId === readId && performance.now() - waiting.at < FRESH_MS;
  return isIt ? waiting.turn : null;
}

let early: { assignmentId: string; read: Promise<Read>; askedAt: number } | null = null;

/** Open an assignment to edit it, while the screen that shows it is still being loaded. */
export function openEarly(assignmentId: string, editor: string): void {
  const read = openRead(assignmentId, { editor });
  early = { assignmentId, read, askedAt: performance.now() };
  // Whoever takes it hears of the failure.
  read.catch(() => undefined);
}

/** The read of an assignment, and its images asked for before anybody draws them. What was opened early is taken once. */
export async function openWithImages(assignmentId: string, signal: AbortSignal): Promise<Read> {
  const waiting = early;
  early = null;
  const isIt = waiting?.assignmentId === assignmentId && performance.now() - waiting.askedAt < FRESH_MS;
  const read = await (isIt ? waiting.read : openRead(assignmentId, { signal }));
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
