import { useEffect, useRef } from "react";
import { fetchNextCase } from "@/api/nextCase";
import type { Read } from "@/api/reading";
import { leaveSeries } from "@/domain/frames/registry";
import { seriesOf } from "./caseImages";

/** While a case is on the screen fetch the images of the one that follows; let go of this one's when it is left. */
export function useNextCase(read: Read): void {
  // The server's answer may be replaced while the case stays on the screen; its images are then still in use.
  const newest = useRef(read);
  newest.current = read;
  const { id } = read;
  useEffect(() => {
    const leaving = new AbortController();
    // What could not be fetched ahead is fetched when the case is opened, and a failure is shown there.
    fetchNextCase(id, newest.current.hanging_rules, leaving.signal).catch(() => undefined);
    return () => {
      leaving.abort();
      for (const { series_instance_uid } of seriesOf(newest.current)) leaveSeries(series_instance_uid);
    };
  }, [id]);
}
