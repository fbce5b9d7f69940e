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
  const session = run(answer(10, 0), answer(11, 100), answer(12, 200), { type: "undo", at_ms: 0 });
  expect(session.save.payload).toEqual(EMPTY_PAYLOAD);
});

test("two answers a while apart are two steps", () => {
  const session = run(answer(10, 0), answer(20, 5000), { type: "undo", at_ms: 0 });
  expect(session.save.payload.answers).toEqual({ confidence: 10 });
});

test("a deleted mark comes back with undo and goes again with redo", () => {
  const finding = exampleFinding("f");
  const removed: SessionEvent[] = [
    { type: "edit", edit: { type: "finding_added", finding }, at_ms: 0 },
    { type: "edit", edit: { type: "finding_removed", id: "f" }, at_ms: 10 },
  ];
  expect(run(...removed, { type: "undo", at_ms: 0 }).save.payload.findings).toEqual([finding]);
  expect(
    run(...removed, { type: "undo", at_ms: 0 }, { type: "redo", at_ms: 0 }).save.payload.findings,
  ).toEqual([]);
});

test("undo is an edit to be saved", () => {
  const stored: SessionEvent[] = [
    answer(10, 0),
    { type: "save", event: { type: "sent", idempotencyKey: "a" } },
    { type: "save", event: { type: "stored", revision: 1, savedAt: "now" } },
  ];
  const session = run(...stored, { type: "undo", at_ms: 0 });
  expect(session.save.payload).toEqual(EMPTY_PAYLOAD);
  expect(session.save.saved.answers).toEqual({ confidence: 10 });
});

test("undo leads from a merge to the server's version and on to the reader's own", () => {
  const theirs = { ...EMPTY_PAYLOAD, answers: { confidence: 99 } };
  const merged = { ...EMPTY_PAYLOAD, answers: { confidence: 99, suspicion: 2 } };
  const taken = run(
    answer(10, 0),
    { type: "save", event: { type: "sent", idempotencyKey: "a" } },
    { type: "save", event: { type: "stale", revision: 5, payload: theirs, base: EMPTY_PAYLOAD } },
    { type: "save", event: { type: "merged", payload: merged, at: "2026-01-01T00:00:00Z" } },
  );
  expect(taken.history.present).toEqual(merged);
  const back = reduceSession(taken, { type: "undo", at_ms: 0 });
  expect(back.save.payload).toEqual(theirs);
  const further = reduceSession(back, { type: "undo", at_ms: 0 });
  expect(further.save.payload.answers).toEqual({ confidence: 10 });
  expect(further.save.revision).toBe(5);
});

test("the way back and forth outlives a reload", () => {
  const before = run(answer(10, 0), answer(20, 5000), answer(30, 10_000), { type: "undo", at_ms: 0 });
  const kept = structuredClone(before.history);
  const after = startSession(startAutosave(before.save.payload, 3, null), kept);
  expect(reduceSession(after, { type: "undo", at_ms: 0 }).save.payload.answers).toEqual({ confidence: 10 });
  expect(reduceSession(after, { type: "redo", at_ms: 0 }).save.payload.answers).toEqual({ confidence: 30 });
});

test("what was changed elsewhere meanwhile is one more step of the kept history", () => {
  const before = run(answer(10, 0));
  const elsewhere = { ...EMPTY_PAYLOAD, answers: { confidence: 77 } };
  const after = startSession(startAutosave(elsewhere, 4, null), before.history);
  expect(after.history.present).toEqual(elsewhere);
  expect(reduceSession(after, { type: "undo", at_ms: 0 }).save.payload.answers).toEqual({ confidence: 10 });
});

test("an edit that changes nothing is neither a step nor a save", () => {
  const session = run(answer(10, 0));
  expect(reduceSession(session, answer(10, 9000))).toBe(session);
});
