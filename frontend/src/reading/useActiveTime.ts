import { useCallback, useEffect, useRef } from "react";
import { startActiveTime, tick, withInput } from "@/domain/activeTime";

const TICK_MS = 1000;
const INPUT_EVENTS = ["pointermove", "pointerdown", "wheel", "keydown"] as const;

/** Milliseconds the reader has been at this read, idle and hidden time left out; never shown to the reader. */
export function useActiveTime(earlier_ms: number): () => number {
  const time = useRef(startActiveTime(earlier_ms, Date.now()));
  useEffect(() => {
    const advance = () => {
      time.current = tick(time.current, Date.now(), document.visibilityState === "visible");
    };
    const noteInput = () => {
      advance();
      time.current = withInput(time.current, Date.now());
    };
    const timer = window.setInterval(advance, TICK_MS);
    for (const name of INPUT_EVENTS) window.addEventListener(name, noteInput, { passive: true });
    return () => {
      window.clearInterval(timer);
      for (const name of INPUT_EVENTS) window.removeEventListener(name, noteInput);
    };
  }, []);
  return useCallback(() => time.current.active_ms, []);
}
