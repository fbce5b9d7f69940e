import { expect, test } from "vitest";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";
import { type PayloadOf1, type PayloadOf2, upgradedCopy, upgradedHistory } from "./payloadUpgrade";

const OLD: PayloadOf1 = { version: 1, answers: { present: true }, findings: [] };
const NEW: ReadPayload = { ...EMPTY_PAYLOAD, answers: { present: true } };

const AT = "2026-01-01T10:00:00Z";

test("unsent work of an older page goes on from the revision it was based on", () => {
  const sending = { idempotencyKey: "k", baseRevision: 3, payload: OLD };
  const copy = { payload: OLD, revision: 3, sending, setAside: OLD };
  const setAside = [{ payload: NEW, at: AT }];
  expect(upgradedCopy(copy, AT)).toEqual({
    payload: NEW,
    revision: 3,
    sending: null,
    setAside,
    unsentSince: AT,
  });
});

test("a send of this payload version is repeated as it is", () => {
  const sending = { idempotencyKey: "k", baseRevision: 3, payload: NEW };
  const older = { payload: NEW, revision: 3, sending, setAside: null };
  const copy = { ...older, setAside: [], unsentSince: AT };
  expect(upgradedCopy(older, AT)).toEqual(copy);
  expect(upgradedCopy(copy, "later")).toBe(copy);
});

const OF_2: PayloadOf2 = { ...NEW, version: 2 };

test("a send of the version before is made anew from its base, and what was set aside is kept", () => {
  const sending = { idempotencyKey: "k", baseRevision: 3, payload: OF_2 };
  const copy = {
    payload: OF_2,
    revision: 4,
    sending,
    setAside: [{ payload: OF_2, at: AT }],
    unsentSince: AT,
  };
  expect(upgradedCopy(copy as never, "later")).toEqual({
    payload: NEW,
    revision: 3,
    sending: null,
    setAside: [{ payload: NEW, at: AT }],
    unsentSince: AT,
  });
});

test("undo leads back through versions that an older page kept", () => {
  const history = { past: [OLD, OF_2], present: NEW, future: [OF_2] };
  expect(upgradedHistory(history)).toEqual({ past: [NEW, NEW], present: NEW, future: [NEW] });
});
