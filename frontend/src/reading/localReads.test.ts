import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { EMPTY_PAYLOAD } from "@/domain/payload";
import {
  forget,
  forgetHistory,
  forgetOldHistories,
  type KeptRead,
  keep,
  keepHistory,
  listKept,
  loadHistory,
  loadKept,
} from "./localReads";

const kept: KeptRead = {
  readId: "read-1",
  assignmentId: "assignment",
  caseName: "Case 7",
  keptAt: "2026-01-01T00:00:00Z",
  copy: {
    payload: EMPTY_PAYLOAD,
    revision: 3,
    sending: null,
    setAside: [],
    unsentSince: "2026-01-01T00:00:00Z",
  },
};

test("what is kept comes back to the same person and to nobody else", async () => {
  await keep("anna", "read-1", kept);
  expect(await loadKept("anna", "read-1")).toEqual(kept);
  expect(await loadKept("bert", "read-1")).toBeUndefined();
  expect(await listKept("anna")).toEqual([kept]);
  expect(await listKept("bert")).toEqual([]);
});

test("a version set aside alone is nothing to be sent", async () => {
  const setAside = [{ payload: EMPTY_PAYLOAD, at: "2026-01-01T00:00:00Z" }];
  await keep("carl", "read-4", { ...kept, copy: { ...kept.copy, setAside, unsentSince: null } });
  expect(await listKept("carl")).toEqual([]);
  expect((await loadKept("carl", "read-4"))?.copy.setAside).toEqual(setAside);
});

test("what is forgotten is gone", async () => {
  await keep("anna", "read-2", kept);
  await forget("anna", "read-2");
  expect(await loadKept("anna", "read-2")).toBeUndefined();
});

test("a history comes back to its person, and old ones go", async () => {
  const history = { past: [EMPTY_PAYLOAD], present: EMPTY_PAYLOAD, future: [] };
  await keepHistory("anna", "read-3", history);
  expect(await loadHistory("anna", "read-3")).toEqual(history);
  expect(await loadHistory("bert", "read-3")).toBeUndefined();
  await forgetOldHistories(new Date());
  expect(await loadHistory("anna", "read-3")).toEqual(history);
  await forgetOldHistories(new Date(Date.now() + 31 * 24 * 3_600_000));
  expect(await loadHistory("anna", "read-3")).toBeUndefined();
  await keepHistory("anna", "read-3", history);
  await forgetHistory("anna", "read-3");
  expect(await loadHistory("anna", "read-3")).toBeUndefined();
});
