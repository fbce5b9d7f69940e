import type { ViewerMark } from "./markLayer";
import { sliceOf } from "./nearestSlice";
import type { OpenedSeries } from "./openedSeries";

/**
 * The first series of a case on one of whose slices a mark lies; null where it lies on none of them. A mark that names
 * its series, or the series it may lie on, is looked for there alone. Rejects where it was not found and a series that
 * may have it could not be had.
 */
export async function seriesOfMark(
  mark: ViewerMark,
  seriesOfCase: readonly string[],
  open: (seriesInstanceUid: string) => Promise<OpenedSeries>,
): Promise<OpenedSeries | null> {
  let failure: unknown = null;
  for (const uid of placesOf(mark, seriesOfCase)) {
    const opened = await open(uid).catch((error: unknown) => {
      failure = error;
      return null;
    });
    if (opened && sliceOf(mark.geometry, opened.slices)) return opened;
  }
  if (failure) throw failure;
  return null;
}

function placesOf({ geometry, seriesInstanceUids }: ViewerMark, seriesOfCase: readonly string[]) {
  const named = geometry.series_instance_uid;
  const may = seriesInstanceUids ?? seriesOfCase;
  return seriesOfCase.filter((uid) => (named ? uid === named : may.includes(uid)));
}
