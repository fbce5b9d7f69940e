import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { arbitrationQuery, arbitrationSegmentsQuery } from "@/api/arbitration";
import type { Read } from "@/api/reading";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import { placeMark } from "@/ui/placeMark";
import type { ViewerMark } from "@/viewer";

const SOURCES = ["READER_A", "READER_B"] as const;

/** The marks of the two readers over whom a read arbitrates, each in a colour and line of its own; none in any other read. */
export function useReadersMarks(read: Read): ViewerMark[] {
  const { data } = useQuery(arbitrationQuery(read));
  return useMemo(
    () =>
      (data?.readers ?? []).flatMap(({ marks }, index) =>
        marks.map(({ id, geometry }): ViewerMark => {
          return { id, geometry, label: id, source: SOURCES[index] ?? "READER_B", isLocked: true };
        }),
      ),
    [data],
  );
}

/** Where the list leads to for their segments, which are no marks: the slice that shows most of one. */
export function useReadersPlaces(read: Read): ViewerMark[] {
  const { data } = useQuery(arbitrationQuery(read));
  return useMemo(
    () =>
      (data?.readers ?? []).flatMap(({ segments }) =>
        segments.map(({ id, geometry }) => placeMark(id, geometry)),
      ),
    [data],
  );
}

// Those of their other marks, see markStyles.ts of the viewer.
const COLOURS: SegmentOverlay["colour"][] = [
  [102, 217, 232],
  [229, 153, 247],
];
const NONE: SegmentOverlay[] = [];

/** Their segments as they lie over the images: hatched, as everything that is not the reader's own. */
export function useReadersSegments(read: Read, areMarksVisible: boolean): SegmentOverlay[] {
  const { data } = useQuery(arbitrationQuery(read));
  const { data: voxels } = useQuery(arbitrationSegmentsQuery(read.id, data));
  return useMemo(() => {
    if (!areMarksVisible || !data || !voxels) return NONE;
    return data.readers.flatMap(({ segments }, index) =>
      segments.flatMap(({ geometry }): SegmentOverlay[] => {
        const painted = voxels.get(geometry.sha256);
        const colour = COLOURS[index] ?? [229, 153, 247];
        return painted ? [{ voxels: painted, colour, fill: 0.35, line: 1, isForeign: true }] : [];
      }),
    );
  }, [areMarksVisible, data, voxels]);
}
