import fc from "fast-check";
import { expect, test } from "vitest";
import { type History, record, redo, startHistory, trimmed, undo } from "./history";

const times = <T>(history: History<T>, count: number, step: (from: History<T>) => History<T>) =>
  Array.from({ length: count }).reduce<History<T>>(step, history);

test("undoing everything and redoing everything comes back to the same value", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 150 }), (values) => {
      const full = values.reduce((history, value) => record(history, { value }), startHistory({ value: -1 }));
      const undone = times(full, values.length, undo);
      expect(undone.present).toEqual({ value: -1 });
      expect(times(undone, values.length, redo)).toEqual(full);
    }),
  );
});

test("a new value after an undo forgets what was undone", () => {
  const history = record(undo(record(startHistory("a"), "b")), "c");
  expect(redo(history)).toBe(history);
  expect(undo(history).present).toBe("a");
});

test("merged values are one step", () => {
  const history = record(record(record(startHistory(0), 1), 2, true), 3, true);
  expect(undo(history).present).toBe(0);
});

test("undo on an untouched history changes nothing", () => {
  const history = startHistory("a");
  expect(undo(history)).toBe(history);
});

test("a history too large to keep loses its far ends first", () => {
  const history = { past: ["aaaa", "bbbb", "cccc"], present: "dddd", future: ["eeee", "ffff"] };
  expect(trimmed(history, 1000)).toEqual(history);
  // Each step is six characters of JSON.
  expect(trimmed(history, 18)).toEqual({ past: ["bbbb", "cccc"], present: "dddd", future: [] });
  expect(trimmed(history, 30)).toEqual({ past: ["aaaa", "bbbb", "cccc"], present: "dddd", future: ["eeee"] });
  expect(trimmed(history, 0)).toEqual({ past: [], present: "dddd", future: [] });
});
