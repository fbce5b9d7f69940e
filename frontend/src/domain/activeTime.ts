/** Time without any input after which the reader counts as away; until then the time counts as in use. */
export const IDLE_AFTER_MS = 60_000;
/** A longer silence between two ticks means that the machine slept or the page was frozen: it counts nowhere. */
const ASLEEP_AFTER_MS = 150_000;

/** What is counted in one phase of a read. */
export interface PhaseTimes {
  /** From the start of the phase, by `total_ms`; null until it happens. */
  first_image_ms: number | null;
  first_mark_ms: number | null;
  /** Idle time and time with the page hidden left out. */
  active_ms: number;
  /** As long as the case was open. */
  total_ms: number;
}

export type First = "first_image_ms" | "first_mark_ms";

/** A stopwatch over one stay at a read. All times are passed in, from a clock that only runs forwards. */
export interface SittingClock {
  phase: string;
  phases: Record<string, PhaseTimes>;
  lastTick_ms: number;
  lastInput_ms: number;
}

const NOTHING: PhaseTimes = { first_image_ms: null, first_mark_ms: null, active_ms: 0, total_ms: 0 };

export function startClock(phase: string, now_ms: number): SittingClock {
  return { phase, phases: { [phase]: NOTHING }, lastTick_ms: now_ms, lastInput_ms: now_ms };
}

/** Count what has passed since the last tick; as in use only up to the moment the reader went idle. */
export function tick(clock: SittingClock, now_ms: number, isVisible: boolean): SittingClock {
  const passed_ms = Math.max(0, now_ms - clock.lastTick_ms);
  if (passed_ms > ASLEEP_AFTER_MS) return { ...clock, lastTick_ms: now_ms };
  const until_ms = Math.min(now_ms, clock.lastInput_ms + IDLE_AFTER_MS);
  const times = timesOf(clock);
  return {
    ...withTimes(clock, {
      ...times,
      active_ms: times.active_ms + (isVisible ? Math.max(0, until_ms - clock.lastTick_ms) : 0),
      total_ms: times.total_ms + passed_ms,
    }),
    lastTick_ms: now_ms,
  };
}

export function withInput(clock: SittingClock, now_ms: number, isVisible: boolean): SittingClock {
  return { ...tick(clock, now_ms, isVisible), lastInput_ms: now_ms };
}

/** The read goes on in another phase; what follows counts there. */
export function inPhase(
  clock: SittingClock,
  phase: string,
  now_ms: number,
  isVisible: boolean,
): SittingClock {
  if (phase === clock.phase) return clock;
  const ended = { ...tick(clock, now_ms, isVisible), phase };
  return withTimes(ended, timesOf(ended));
}

/** The first image is on the screen, or the first mark is drawn; later ones change nothing. */
export function withFirst(
  clock: SittingClock,
  what: First,
  now_ms: number,
  isVisible: boolean,
): SittingClock {
  if (timesOf(clock)[what] !== null) return clock;
  const counted = tick(clock, now_ms, isVisible);
  const times = timesOf(counted);
  return withTimes(counted, { ...times, [what]: times.total_ms });
}

/** The times as the server takes them: whole milliseconds. */
export function roundedTimes(clock: SittingClock): Record<string, PhaseTimes> {
  const round = (value: number | null) => (value === null ? null : Math.round(value));
  return Object.fromEntries(
    Object.entries(clock.phases).map(([phase, times]) => [
      phase,
      {
        first_image_ms: round(times.first_image_ms),
        first_mark_ms: round(times.first_mark_ms),
        active_ms: Math.round(times.active_ms),
        total_ms: Math.round(times.total_ms),
      },
    ]),
  );
}

function timesOf(clock: SittingClock): PhaseTimes {
  return clock.phases[clock.phase] ?? NOTHING;
}

function withTimes(clock: SittingClock, times: PhaseTimes): SittingClock {
  return { ...clock, phases: { ...clock.phases, [clock.phase]: times } };
}
