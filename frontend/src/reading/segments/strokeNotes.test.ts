// @vitest-environment jsdom
import { expect, test } from "vitest";
import type { Painted } from "@/viewer";
import { StrokeNotes, strokeKey } from "./strokeNotes";

const KEY = strokeKey("anna", "read-1");

function stroke(segmentId: string, ...counts: number[]): Painted {
  const changed = [{ sopInstanceUid: "1.2.3", frameNumber: 1, counts, before: [] }];
  return { segmentId, seriesInstanceUid: "1.2", rows: 4, columns: 4, changed };
}

test("a page that goes leaves its strokes to the next one, in order and to its person only", () => {
  const notes = new StrokeNotes(KEY);
  const [first, second, other] = [stroke("A", 3, 2, 11), stroke("A", 3, 4, 9), stroke("B", 0, 1, 15)];
  notes.add(first, "version 1");
  notes.add(second, "version 1");
  notes.add(other, null);
  // The first is in the read now; the second was drawn upon it.
  notes.done(first, "version 2");
  expect(new StrokeNotes(KEY).left).toEqual([
    { painted: second, base: "version 2" },
    { painted: other, base: null },
  ]);
  expect(new StrokeNotes(strokeKey("bert", "read-1")).left).toEqual([]);
  notes.done(second, "version 3");
  notes.done(other, "version 1");
  expect(new StrokeNotes(KEY).left).toEqual([]);
  expect(Object.keys(localStorage)).toHaveLength(0);
});
