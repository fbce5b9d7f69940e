import { useEffect, useMemo, useRef } from "react";
import type { SittingReport } from "@/api/reading";
import {
  type First,
  inPhase,
  roundedTimes,
  type SittingClock,
  startClock,
  tick,
  withFirst,
  withInput,
} from "@/domain/activeTime";

const TICK_MS = 1000;
const INPUT_EVENTS = ["pointermove", "pointerdown", "wheel", "keydown"] as const;

/** One stay at a read: its stopwatch, which nobody on this screen is shown. */
export interface Sitting {
  /** What has been counted so far, for the server. */
  report: () => SittingReport;
  note: (first: First) => void;
}

/** Counts from opening the case to leaving it, on the clock that neither jumps nor runs backwards. */
export function useSitting(phase: string): Sitting {
  const key = useRef("");
  key.current ||= crypto.randomUUID();
  const clock = useRef<SittingClock | null>(null);
  clock.current ??= startClock(phase, performance.now());
  const sitting = useMemo(() => {
    const change = (next: (clock: SittingClock, now_ms: number, isVisible: boolean) => SittingClock) => {
      if (!clock.current) return;
      clock.current = next(clock.current, performance.now(), document.visibilityState === "visible");
    };
    return {
      change,
      report: () => {
        change(tick);
        return { key: key.current, phases: clock.current ? roundedTimes(clock.current) : {} };
      },
      note: (first: First) =>
        change((current, now_ms, isVisible) => withFirst(current, first, now_ms, isVisible)),
    };
  }, []);
  useEffect(
    () => sitting.change((current, now_ms, isVisible) => inPhase(current, phase, now_ms, isVisible)),
    [sitting, phase],
  );
  useEffect(() => {
    const timer = window.setInterval(() => sitting.change(tick), TICK_MS);
    const noteInput = () => sitting.change(withInput);
    // What has passed until now belongs to the state that has just ended.
    const noteVisibility = () =>
      sitting.change((current, now_ms, isVisible) => tick(current, now_ms, !isVisible));
    document.addEventListener("visibilitychange", noteVisibility);
    for (const name of INPUT_EVENTS) window.addEventListener(name, noteInput, { passive: true });
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", noteVisibility);
      for (const name of INPUT_EVENTS) window.removeEventListener(name, noteInput);
    };
  }, [sitting]);
  return sitting;
}
