// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import type { Painted } from "@/viewer";
import { StrokeNotes, strokeKeys } from "./strokeNotes";

const KEYS = strokeKeys("anna", "read-1");

afterEach(() => localStorage.clear());

function stroke(segmentId: string, ...counts: number[]): Painted {
  const changed = [{ sopInstanceUid: "1.2.3", frameNumber: 1, counts, before: [] }];
  return { segmentId, seriesInstanceUid: "1.2", rows: 4, columns: 4, changed };
}

/** What a page that opens now finds, with the versions. */
function left(keys = KEYS): [Painted, string | null][] {
  const notes = new StrokeNotes(keys);
  return notes.takeLeft().map((painted) => [painted, notes.baseOf(painted)]);
}

test("a page that goes leaves its strokes to the next one, in order and to its person only", () => {
  const notes = new StrokeNotes(KEYS);
  const [first, second, other] = [stroke("A", 3, 2, 11), stroke("A", 3, 4, 9), stroke("B", 0, 1, 15)];
  notes.add(first, "version 1");
  notes.add(second, "version 1");
  notes.add(other, null);
  // The first is in the read now; the second was drawn upon it.
  notes.done(first, "version 2");
  expect(left()).toEqual([
    [second, "version 2"],
    [other, null],
  ]);
  expect(left(strokeKeys("bert", "read-1"))).toEqual([]);
  expect(left(strokeKeys("anna", "read-10"))).toEqual([]);
  notes.done(second, "version 3");
  notes.done(other, "version 1");
  expect(left()).toEqual([]);
  expect(Object.keys(localStorage)).toHaveLength(0);
});

test("neither of two windows of a read writes over what the other has noted", () => {
  const form = new StrokeNotes(KEYS);
  const images = new StrokeNotes(KEYS);
  const [there, here] = [stroke("A", 3, 2, 11), stroke("B", 0, 1, 15)];
  images.add(there, null);
  // The image window is gone before its stroke was in the read, and its place is painted on in the form window.
  form.add(here, null);
  form.done(here, "version 1");
  expect(left()).toEqual([[there, null]]);
  // The form finds it, once, and then it is the form's to be done with.
  const found = form.takeLeft();
  expect(found).toEqual([there]);
  expect(form.takeLeft()).toEqual([]);
  for (const painted of found) form.done(painted, "version 1");
  expect(Object.keys(localStorage)).toHaveLength(0);
});
