import { type RefObject, useCallback, useRef } from "react";
import { type Grid, withSeries } from "@/domain/grid";
import type { ViewerHandle, ViewerMark } from "@/viewer";

export interface Jumps {
  /** Go to a mark's slice, on whichever series it lies. */
  jumpTo: (mark: ViewerMark) => void;
  /** Back to where the reader was before the last jump; again, further back. */
  jumpBack: () => void;
}

// More than anybody follows back.
const KEPT_PLACES = 50;

/** Jumps from the list to the images and back, like the pages of a browser. */
export function useJumps(
  viewer: RefObject<ViewerHandle | null>,
  onGrid: (change: (grid: Grid) => Grid) => void,
  /** Where a series opens that is shown for a jump. */
  setFirstMark: (mark: ViewerMark) => void,
): Jumps {
  const places = useRef<ViewerMark[]>([]);
  const show = useCallback(
    (mark: ViewerMark) => {
      if (viewer.current?.jumpToMark(mark)) return;
      const series = mark.geometry.series_instance_uid;
      if (!series) return;
      setFirstMark(mark);
      onGrid((before) => withSeries(before, before.activeId, series));
    },
    [viewer, onGrid, setFirstMark],
  );
  const jumpTo = useCallback(
    (mark: ViewerMark) => {
      const place = viewer.current?.currentPlace();
      if (place && !isSameSlice(place, mark)) places.current = [...places.current, place].slice(-KEPT_PLACES);
      show(mark);
    },
    [viewer, show],
  );
  const jumpBack = useCallback(() => {
    const place = places.current.at(-1);
    places.current = places.current.slice(0, -1);
    if (place) show(place);
  }, [show]);
  return { jumpTo, jumpBack };
}

function isSameSlice({ geometry: one }: ViewerMark, { geometry: other }: ViewerMark): boolean {
  return one.sop_instance_uid === other.sop_instance_uid && one.frame_number === other.frame_number;
}
