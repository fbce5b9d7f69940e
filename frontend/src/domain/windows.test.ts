import { expect, test } from "vitest";
import { EMPTY_PAYLOAD } from "./payload";
import { isOfCase, mayTell, type ReadOnImages, type ToForm, withWaiting } from "./windows";

const STATE: ReadOnImages = {
  assignmentId: "one",
  payload: EMPTY_PAYLOAD,
  isFrozen: false,
  isSigned: false,
  takesEdits: "NOW",
  told: { taken: [], outdated: [] },
  isAiShown: false,
  aiCells: "",
  priorsShown: "",
  selectedMarkId: null,
  strengths: { marks: 1, heat: 1 },
  map: null,
};
const EDIT: ToForm = {
  type: "edit",
  name: "e",
  assignmentId: "one",
  edit: { type: "answer", key: "seen", value: 2 },
};
const KEY: ToForm = { type: "action", assignmentId: "one", action: "answer_yes" };

test("nothing is told to a form window that is loading again or asks for its turn", () => {
  for (const message of [EDIT, KEY]) {
    expect(mayTell(message, STATE, false)).toBe(true);
    expect(mayTell(message, STATE, true)).toBe(false);
    expect(mayTell(message, null, false)).toBe(false);
    expect(mayTell(message, { ...STATE, takesEdits: "SOON" }, false)).toBe(false);
  }
});

test("while the form is read-only edits wait and keys do not", () => {
  const readOnly: ReadOnImages = { ...STATE, takesEdits: "NO" };
  expect([EDIT, KEY].map((message) => mayTell(message, readOnly, false))).toEqual([false, true]);
});

test("an edit of another case than the form's waits", () => {
  expect(mayTell(EDIT, { ...STATE, assignmentId: "two" }, false)).toBe(false);
});

test("a key answers nothing in another case than the one it was pressed over", () => {
  const next: ReadOnImages = { ...STATE, assignmentId: "two" };
  expect(isOfCase(KEY, next)).toBe(false);
  expect(mayTell(KEY, next, false)).toBe(false);
});

test("that this window is here or gone is always told", () => {
  for (const type of ["here", "left"] as const) expect(mayTell({ type }, null, true)).toBe(true);
});

test("what waits is shown already", () => {
  expect(withWaiting(EMPTY_PAYLOAD, [KEY, EDIT]).answers).toEqual({ seen: 2 });
  expect(withWaiting(EMPTY_PAYLOAD, [KEY])).toBe(EMPTY_PAYLOAD);
});
