import { useMemo, useState } from "react";
import type { Read } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { hungAgain, hungGrid, seriesThatOpenAtAMark } from "@/domain/hangGrid";
import type { ViewerMark } from "@/viewer";
import { studiesOf } from "./caseImages";

/** The panes of a case as its hanging protocol opens them; from then on they are the reader's to change. */
export function useHanging(read: Read, marks: ViewerMark[]) {
  const hung = useMemo(() => {
    const studies = studiesOf(read).map(({ images }) => images.series);
    return hungGrid(read.hanging_rules, studies).grid;
  }, [read]);
  const [grid, onGrid] = useState(hung);
  const [firstMark, setFirstMark] = useState<ViewerMark | null>(() => markToOpenAt(hung, marks));
  const hangAgain = () => {
    setFirstMark(markToOpenAt(hung, marks));
    onGrid((now) => hungAgain(hung, now));
  };
  return { grid, onGrid, firstMark, setFirstMark, hangAgain };
}

/** The first own mark on a series that is to open at one. */
function markToOpenAt(hung: Grid, marks: ViewerMark[]): ViewerMark | null {
  const series = seriesThatOpenAtAMark(hung);
  const isThere = ({ source, geometry }: ViewerMark) =>
    source === "READER" && series.includes(geometry.series_instance_uid ?? "");
  return marks.find(isThere) ?? null;
}
