import { likelyNeeded } from "@/domain/frames/likelyFirst";
import { framesOf } from "@/domain/frames/registry";
import type { GridPane } from "@/domain/grid";
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

interface Early {
  assignmentId: string;
  read: Promise<Read>;
  askedAt: number;
}

let early: Early | null = null;

/** Open an assignment to edit it, while the screen that shows it is still being loaded. */
export function openEarly(assignmentId: string, editor: string): void {
  if (isFresh(early, assignmentId)) return;
  const read = openRead(assignmentId, { editor });
  early = { assignmentId, read, askedAt: performance.now() };
  // Whoever takes it hears of the failure.
  read.then(findImages).catch(() => undefined);
}

function isFresh(opened: Early | null, assignmentId: string): opened is Early {
  return opened?.assignmentId === assignmentId && performance.now() - opened.askedAt < FRESH_MS;
}

/** The read of an assignment, and its images asked for before anybody draws them. What was opened early is taken once. */
export async function openWithImages(assignmentId: string, signal: AbortSignal): Promise<Read> {
  const waiting = early;
  early = null;
  if (isFresh(waiting, assignmentId)) return waiting.read;
  const read = await openRead(assignmentId, { signal });
  findImages(read);
  return read;
}

/** Ask for the series with which the case opens, and for their first images; the viewer asks again, and shows what fails. */
function findImages(read: Read): void {
  const current = [read.case.imaging_study, ...read.case.further_imaging_studies];
  const priors = read.case.priors.map((prior) => prior.imaging_study);
  const studies = [...current, ...priors];
  const { grid } = hungGrid(read.hanging_rules, {
    current: current.map(({ series }) => series),
    priors: priors.map(({ series }) => series),
  });
  for (const pane of grid.panes) {
    const study = studies.find(({ series }) =>
      series.some((one) => one.series_instance_uid === pane.seriesInstanceUid),
    );
    if (study) findImagesOf(study.study_instance_uid, pane).catch(() => undefined);
  }
}

async function findImagesOf(studyInstanceUid: string, pane: GridPane): Promise<void> {
  const { seriesInstanceUid, view, opening } = pane;
  if (seriesInstanceUid === null) return;
  await openFrames(studyInstanceUid, seriesInstanceUid);
  if (view === "STACK") framesOf(seriesInstanceUid)?.expect((manifest) => likelyNeeded(manifest, opening));
}
