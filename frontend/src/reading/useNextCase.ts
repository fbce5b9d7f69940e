import { useEffect } from "react";
import { fetchNextCase } from "@/api/nextCase";
import type { Read } from "@/api/reading";
import { leaveSeries } from "@/domain/frames/registry";

/** While a case is on the screen fetch the images of the one that follows; let go of this one's when it is left. */
export function useNextCase(read: Read): void {
  const { series } = read.case.imaging_study;
  useEffect(() => {
    const leaving = new AbortController();
    // What could not be fetched ahead is fetched when the case is opened, and a failure is shown there.
    fetchNextCase(read.id, leaving.signal).catch(() => undefined);
    return () => {
      leaving.abort();
      for (const { series_instance_uid } of series) leaveSeries(series_instance_uid);
    };
  }, [read.id, series]);
}
