import { type RefObject, useCallback, useMemo, useState } from "react";
import type { Read } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { hungAgain, hungGrid, seriesThatOpenAtAMark, withOpenings } from "@/domain/hangGrid";
import type { ViewerHandle, ViewerMark } from "@/viewer";
import { hangableOf } from "./caseImages";
import { useKeptView } from "./useKeptView";

interface HangingInput {
  read: Read;
  personId: string;
  marks: ViewerMark[];
  viewer: RefObject<ViewerHandle | null>;
}

/** The panes of a case as its hanging protocol opens them; from then on they are the reader's, and come back as left. */
export function useHanging({ read, personId, marks, viewer }: HangingInput) {
  const hung = useMemo(() => hungGrid(read.hanging_rules, hangableOf(read)).grid, [read]);
  const kept = useKeptView(read, personId, hung);
  const [grid, setGrid] = useState(kept.restored ?? hung);
  const onGrid = useCallback(
    (change: (grid: Grid) => Grid) => setGrid((before) => withOpenings(hung, before, change(before))),
    [hung],
  );
  kept.grid.current = grid;
  const [firstMark, setFirstMark] = useState<ViewerMark | null>(() =>
    kept.restored ? null : markToOpenAt(hung, marks),
  );
  const { looks, onViewLeft } = kept;
  const keepView = useCallback(() => {
    const now = viewer.current?.looks();
    if (now) onViewLeft(now);
  }, [viewer, onViewLeft]);
  const hangAgain = () => {
    viewer.current?.forgetLooks();
    setFirstMark(markToOpenAt(hung, marks));
    onGrid((now) => hungAgain(hung, now));
  };
  return { grid, onGrid, firstMark, setFirstMark, hangAgain, looks, onViewLeft, keepView };
}

/** The first own mark on a series that is to open at one. */
function markToOpenAt(hung: Grid, marks: ViewerMark[]): ViewerMark | null {
  const series = seriesThatOpenAtAMark(hung);
  const isThere = ({ source, geometry }: ViewerMark) =>
    source === "READER" && series.includes(geometry.series_instance_uid ?? "");
  return marks.find(isThere) ?? null;
}
