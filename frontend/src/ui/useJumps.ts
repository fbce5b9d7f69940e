import { notifications } from "@mantine/notifications";
import { type RefObject, useCallback, useRef } from "react";
import { type Grid, withSeries, withSeriesTakenOut } from "@/domain/grid";
import type { ViewerHandle, ViewerMark } from "@/viewer";

export interface Jumps {
  /** Go to a mark's slice, on whichever series it lies: one that hangs in no pane comes into the active one. */
  jumpTo: (mark: ViewerMark) => void;
  /** Back to where the reader was before the last jump; again, further back. */
  jumpBack: () => void;
}

interface JumpsInput {
  viewer: RefObject<ViewerHandle | null>;
  /** All that may be shown, in the order of the list. */
  seriesOfCase: readonly string[];
  grid: Grid;
  onGrid: (change: (grid: Grid) => Grid) => void;
  /** Where a series opens that is shown for a jump. */
  setFirstMark: (mark: ViewerMark) => void;
}

interface Place {
  /** Null for a pane that showed nothing. */
  mark: ViewerMark | null;
  /** Where the jump away from here put a series into a pane: which one, and how the panes were. */
  brought?: { seriesInstanceUid: string; before: Grid };
}

// More than anybody follows back.
const KEPT_PLACES = 50;

/** Jumps from the list to the images and back, like the pages of a browser. */
export function useJumps(input: JumpsInput): Jumps {
  const newest = useRef(input);
  newest.current = input;
  const places = useRef<Place[]>([]);
  const lastJump = useRef(0);
  const jumpTo = useCallback((mark: ViewerMark) => {
    const { viewer, setFirstMark, onGrid } = newest.current;
    lastJump.current += 1;
    const jump = lastJump.current;
    const place: Place = { mark: viewer.current?.currentPlace() ?? null };
    const leave = () => {
      if (places.current.at(-1) !== place) places.current = [...places.current, place].slice(-KEPT_PLACES);
    };
    if (place.mark && !isSameSlice(place.mark, mark)) leave();
    void showMark(mark, newest.current, {
      isStill: () => jump === lastJump.current,
      bring: (seriesInstanceUid) => {
        place.brought = { seriesInstanceUid, before: newest.current.grid };
        leave();
        setFirstMark(mark);
        onGrid((before) => withSeries(before, paneFor(before, seriesInstanceUid), seriesInstanceUid));
      },
    });
  }, []);
  const jumpBack = useCallback(() => {
    lastJump.current += 1;
    const place = places.current.at(-1);
    places.current = places.current.slice(0, -1);
    if (place) goBackTo(place, newest.current);
  }, []);
  return { jumpTo, jumpBack };
}

function goBackTo({ mark, brought }: Place, { viewer, grid, onGrid, setFirstMark }: JumpsInput): void {
  const asBefore = brought && withSeriesTakenOut(grid, brought.before, brought.seriesInstanceUid);
  if (mark) setFirstMark(mark);
  const series = mark?.geometry.series_instance_uid;
  if (asBefore) onGrid(() => asBefore);
  else if (mark && series && !viewer.current?.jumpToMark(mark))
    onGrid((before) => withSeries(before, before.activeId, series));
}

/** One that hangs already but is still coming is not hung twice. */
function paneFor({ panes, activeId }: Grid, seriesInstanceUid: string): string {
  return panes.find((pane) => pane.seriesInstanceUid === seriesInstanceUid)?.id ?? activeId;
}

interface Showing {
  /** False once the reader has gone on to another place. */
  isStill: () => boolean;
  bring: (seriesInstanceUid: string) => void;
}

async function showMark(
  mark: ViewerMark,
  { viewer, seriesOfCase }: JumpsInput,
  showing: Showing,
): Promise<void> {
  if (!viewer.current || viewer.current.jumpToMark(mark)) return;
  try {
    const series = await viewer.current.seriesOfMark(mark, seriesOfCase);
    if (!showing.isStill()) return;
    // It may have come into a pane meanwhile, as the case opens.
    if (viewer.current?.jumpToMark(mark)) return;
    if (series) showing.bring(series);
    else notifications.show({ id: NOWHERE, message: NOWHERE, color: "orange" });
  } catch {
    if (showing.isStill()) notifications.show({ id: NOT_LOADED, message: NOT_LOADED, color: "orange" });
  }
}

const NOWHERE = "This mark lies on none of the images that are shown here.";
const NOT_LOADED = "The images on which this mark lies could not be loaded. Try again.";

function isSameSlice({ geometry: one }: ViewerMark, { geometry: other }: ViewerMark): boolean {
  return one.sop_instance_uid === other.sop_instance_uid && one.frame_number === other.frame_number;
}
