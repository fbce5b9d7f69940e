import { likelyNeeded } from "@/domain/frames/likelyFirst";
import { framesOf } from "@/domain/frames/registry";
import { isLineFree, loadsEnded } from "@/domain/frames/traffic";
import type { GridPane } from "@/domain/grid";
import { hungGrid } from "@/domain/hangGrid";
import type { HangableSeries, HangingRule } from "@/domain/hanging";
import { type FrameGrant, openFrames, takeGrants } from "./frames";
import { call } from "./send";

interface StudyOfNext {
  study_instance_uid: string | null;
  series: HangableSeries[];
}

interface NextImages extends StudyOfNext {
  /** Those that are read together with it. */
  further_imaging_studies: StudyOfNext[];
  frame_grants: FrameGrant[];
}

// After this long without a load the case on the screen has all of its images.
const FREE_MS = 500;
const LOOK_AGAIN_MS = 100;
const MOST_BYTES = 512 * 1024 ** 2;

/**
 * Fetch the images of the case that follows a read whenever the line is free: the series it opens with first, then the
 * largest. Both cases are of one reader study and hung by the same rules.
 */
export async function fetchNextCase(
  readId: string,
  rules: HangingRule[],
  signal: AbortSignal,
): Promise<void> {
  // Nothing is loading either before the first image of this case is asked for.
  const before = loadsEnded();
  while (!signal.aborted && loadsEnded() === before) await pause(LOOK_AGAIN_MS);
  if (!(await lineIsFree(FREE_MS, signal))) return;
  const next = await call<NextImages>("POST", `/api/v1/reads/${readId}/prefetch`, {
    signal,
    stayOnSignOut: true,
  });
  takeGrants(next.frame_grants);
  const studies = [next, ...next.further_imaging_studies];
  const current = studies.map(({ series }) => series);
  const { panes } = hungGrid(rules, { current, priors: [] }).grid;
  const uids = inOrder(current.flat(), panes);
  const heldBytes = () => uids.reduce((sum, uid) => sum + (framesOf(uid)?.heldBytes ?? 0), 0);
  const mayGoOn = async () => heldBytes() < MOST_BYTES && (await lineIsFree(FREE_MS, signal));
  for (const uid of uids) {
    if (!(await mayGoOn())) return;
    const study = studies.find(({ series }) => series.some((one) => one.series_instance_uid === uid));
    if (!study?.study_instance_uid || !(await openFrames(study.study_instance_uid, uid))) continue;
    const pane = panes.find(({ seriesInstanceUid, view }) => seriesInstanceUid === uid && view === "STACK");
    if (pane) await framesOf(uid)?.fetchFirstAhead((manifest) => likelyNeeded(manifest, pane.opening));
    await framesOf(uid)?.fetchAhead(mayGoOn);
  }
}

function inOrder(series: HangableSeries[], panes: GridPane[]): string[] {
  const hung = panes.flatMap(({ seriesInstanceUid }) => seriesInstanceUid ?? []);
  const bySize = [...series].sort((one, other) => other.number_of_instances - one.number_of_instances);
  return [...new Set([...hung, ...bySize.map((one) => one.series_instance_uid)])];
}

/** Wait for the line; false when nobody wants the images any more. */
async function lineIsFree(forMs: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted && !isLineFree(forMs)) await pause(LOOK_AGAIN_MS);
  return !signal.aborted;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
