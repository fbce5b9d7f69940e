/** Time without any input after which the reader counts as away. */
export const IDLE_AFTER_MS = 60_000;

/** A stopwatch that runs only while the page is visible and in use; all times are passed in. */
export interface ActiveTime {
  active_ms: number;
  lastTick_ms: number;
  lastInput_ms: number;
}

export function startActiveTime(active_ms: number, now_ms: number): ActiveTime {
  return { active_ms, lastTick_ms: now_ms, lastInput_ms: now_ms };
}

export function withInput(time: ActiveTime, now_ms: number): ActiveTime {
  return { ...time, lastInput_ms: now_ms };
}

/** Add what has passed since the last tick, up to the moment the reader went idle; nothing while hidden. */
export function tick(time: ActiveTime, now_ms: number, isVisible: boolean): ActiveTime {
  const until_ms = Math.min(now_ms, time.lastInput_ms + IDLE_AFTER_MS);
  const passed_ms = isVisible ? Math.max(0, until_ms - time.lastTick_ms) : 0;
  return { ...time, active_ms: time.active_ms + passed_ms, lastTick_ms: now_ms };
}
