import { expect, test } from "vitest";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";
import { upgradedCopy } from "./payloadUpgrade";

const OLD = { version: 1, answers: { present: true }, findings: [] } as unknown as ReadPayload;
const NEW: ReadPayload = { ...EMPTY_PAYLOAD, answers: { present: true } };

test("unsent work of an older page goes on from the revision it was based on", () => {
  const sending = { idempotencyKey: "k", baseRevision: 3, payload: OLD };
  const copy = { payload: OLD, revision: 3, sending, setAside: OLD };
  expect(upgradedCopy(copy)).toEqual({ payload: NEW, revision: 3, sending: null, setAside: NEW });
});

test("a send of this version is repeated as it is", () => {
  const sending = { idempotencyKey: "k", baseRevision: 3, payload: NEW };
  const copy = { payload: NEW, revision: 3, sending, setAside: null };
  expect(upgradedCopy(copy)).toEqual(copy);
});
