import { expect, test } from "vitest";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";
import { type PayloadOf1, upgradedCopy } from "./payloadUpgrade";

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
