import { useCallback, useRef, useState } from "react";
import type { Read } from "@/api/reading";
import type { Grid } from "@/domain/grid";
import { keptView, type Looks, restoredView } from "@/domain/keptView";
import { keepView, viewKept } from "@/ui/keptViews";
import { seriesOf } from "./caseImages";

const NOTHING: Looks = { panes: {}, crosshairs: null };

/** How a read is looked at survives a reload: restored from this tab's storage, and kept there when the images go. */
export function useKeptView(read: Read, personId: string, hung: Grid) {
  const [all] = useState(() => seriesOf(read).map((series) => series.series_instance_uid));
  const [restored] = useState(() => restoredView(viewKept(personId, read.assignment_id), hung, all));
  const looks = useRef(restored?.looks ?? NOTHING);
  const grid = useRef(restored?.grid ?? hung);
  const onViewLeft = useCallback(
    (left: Looks) => {
      looks.current = left;
      keepView(personId, read.assignment_id, keptView(grid.current, left, all));
    },
    [personId, read.assignment_id, all],
  );
  return { restored: restored?.grid ?? null, grid, looks, onViewLeft };
}
