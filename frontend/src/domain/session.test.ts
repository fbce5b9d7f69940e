import { expect, test } from "vitest";
import { startAutosave } from "./autosave";
import { exampleFinding } from "./examples";
import { EMPTY_PAYLOAD } from "./payload";
import { type ReadSession, reduceSession, type SessionEvent, startSession } from "./session";

const run = (...events: SessionEvent[]): ReadSession =>
  events.reduce(reduceSession, startSession(startAutosave(EMPTY_PAYLOAD, 0, null)));
const answer = (value: number, at_ms: number): SessionEvent => ({
  type: "edit",
  edit: { type: "answer", key: "confidence", value },
  at_ms,
});

test("a slider dragged through many values is one step back", () => {
  const session = run(answer(10, 0), answer(11, 100), answer(12, 200), { type: "undo" });
  expect(session.save.payload).toEqual(EMPTY_PAYLOAD);
});

test("two answers a while apart are two steps", () => {
  const session = run(answer(10, 0), answer(20, 5000), { type: "undo" });
  expect(session.save.payload.answers).toEqual({ confidence: 10 });
});

test("a deleted mark comes back with undo and goes again with redo", () => {
  const finding = exampleFinding("f");
  const removed: SessionEvent[] = [
    { type: "edit", edit: { type: "finding_added", finding }, at_ms: 0 },
    { type: "edit", edit: { type: "finding_removed", id: "f" }, at_ms: 10 },
  ];
  expect(run(...removed, { type: "undo" }).save.payload.findings).toEqual([finding]);
  expect(run(...removed, { type: "undo" }, { type: "redo" }).save.payload.findings).toEqual([]);
});

test("undo is an edit to be saved", () => {
  const stored: SessionEvent[] = [
    answer(10, 0),
    { type: "save", event: { type: "sent", idempotencyKey: "a" } },
    { type: "save", event: { type: "stored", revision: 1, savedAt: "now" } },
  ];
  const session = run(...stored, { type: "undo" });
  expect(session.save.payload).toEqual(EMPTY_PAYLOAD);
  expect(session.save.saved.answers).toEqual({ confidence: 10 });
});

test("the server's version taken in a conflict can be undone", () => {
  const theirs = { ...EMPTY_PAYLOAD, answers: { confidence: 99 } };
  const taken = run(
    answer(10, 0),
    { type: "save", event: { type: "sent", idempotencyKey: "a" } },
    { type: "save", event: { type: "stale", revision: 5, payload: theirs } },
    { type: "save", event: { type: "theirs_taken" } },
  );
  expect(taken.history.present).toEqual(theirs);
  const back = reduceSession(taken, { type: "undo" });
  expect(back.save.payload.answers).toEqual({ confidence: 10 });
  expect(back.save.revision).toBe(5);
});

test("an edit that changes nothing is neither a step nor a save", () => {
  const session = run(answer(10, 0));
  expect(reduceSession(session, answer(10, 9000))).toBe(session);
});
