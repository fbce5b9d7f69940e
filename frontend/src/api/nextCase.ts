import { framesOf } from "@/domain/frames/registry";
import { isLineFree, loadsEnded } from "@/domain/frames/traffic";
import { type FrameGrant, openFrames, takeGrants } from "./frames";
import { call } from "./send";

interface NextImages {
  study_instance_uid: string | null;
  series: { series_instance_uid: string; number_of_instances: number }[];
  frame_grants: FrameGrant[];
}

// After this long without a load the case on the screen has all of its images.
const FREE_MS = 500;
const LOOK_AGAIN_MS = 100;
const MOST_BYTES = 512 * 1024 ** 2;

/** Fetch the images of the case that follows a read, the largest series first, whenever the line is free. */
export async function fetchNextCase(readId: string, signal: AbortSignal): Promise<void> {
  // Nothing is loading either before the first image of this case is asked for.
  const before = loadsEnded();
  while (!signal.aborted && loadsEnded() === before) await pause(LOOK_AGAIN_MS);
  if (!(await lineIsFree(FREE_MS, signal))) return;
  const next = await call<NextImages>("POST", `/api/v1/reads/${readId}/prefetch`, {
    signal,
    stayOnSignOut: true,
  });
  takeGrants(next.frame_grants);
  const study = next.study_instance_uid;
  if (!study) return;
  const bySize = [...next.series].sort((one, other) => other.number_of_instances - one.number_of_instances);
  const uids = bySize.map((one) => one.series_instance_uid);
  const heldBytes = () => uids.reduce((sum, uid) => sum + (framesOf(uid)?.heldBytes ?? 0), 0);
  const mayGoOn = async () => heldBytes() < MOST_BYTES && (await lineIsFree(FREE_MS, signal));
  for (const uid of uids) {
    if (!(await mayGoOn())) return;
    if (await openFrames(study, uid)) await framesOf(uid)?.fetchAhead(mayGoOn);
  }
}

/** Wait for the line; false when nobody wants the images any more. */
async function lineIsFree(forMs: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted && !isLineFree(forMs)) await pause(LOOK_AGAIN_MS);
  return !signal.aborted;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
