import type { Fate } from "./network";

/** A small seeded generator (mulberry32), so that a failing interleaving can be played again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What may happen next, at which window. Windows 0 and 1 are of one browser, window 2 is another device. */
export type Step =
  | { do: "mark" | "unmark" | "answer" | "undo" | "merge"; at: number; draw: number }
  | { do: "send"; at: number; fate: Fate }
  | { do: "begin"; at: number; fate: Fate }
  | { do: "crash" | "cut_line" | "mend_line" | "end_session"; at: number }
  | { do: "deliver_late" };

export const WINDOWS = 3;

const WEIGHTS: [Step["do"], number][] = [
  ["mark", 26],
  ["unmark", 5],
  ["answer", 12],
  ["undo", 4],
  ["send", 30],
  ["merge", 4],
  ["begin", 8],
  ["crash", 3],
  ["cut_line", 3],
  ["mend_line", 4],
  ["end_session", 2],
  ["deliver_late", 3],
];
const FATES: [Fate, number][] = [
  ["ok", 50],
  ["request_lost", 14],
  ["answer_lost", 16],
  ["duplicated", 10],
  ["late", 10],
];

function drawn<T>(weights: [T, number][], draw: number): T {
  let left = draw * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weights) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new Error("nothing to draw from");
}

/** An interleaving of a reader's work and of faults, the same for the same seed. */
export function scriptOf(seed: number): Step[] {
  const random = seeded(seed);
  const length = 12 + Math.floor(random() * 20);
  return Array.from({ length }, () => stepOf(random));
}

function stepOf(random: () => number): Step {
  const what = drawn(WEIGHTS, random());
  const at = Math.floor(random() * WINDOWS);
  const draw = random();
  switch (what) {
    case "deliver_late":
      return { do: what };
    case "send":
    case "begin":
      return { do: what, at, fate: drawn(FATES, draw) };
    case "mark":
    case "unmark":
    case "answer":
    case "undo":
    case "merge":
      return { do: what, at, draw };
    default:
      return { do: what, at };
  }
}
