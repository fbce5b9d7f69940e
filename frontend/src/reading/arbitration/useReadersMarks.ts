import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { arbitrationQuery } from "@/api/arbitration";
import type { Read } from "@/api/reading";
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
