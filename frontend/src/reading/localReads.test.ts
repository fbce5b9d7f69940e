import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { EMPTY_PAYLOAD } from "@/domain/payload";
import { forget, type KeptRead, keep, listKept, loadKept } from "./localReads";

const kept: KeptRead = {
  assignmentId: "assignment",
  caseName: "Case 7",
  keptAt: "2026-01-01T00:00:00Z",
  copy: { payload: EMPTY_PAYLOAD, revision: 3, sending: null, setAside: null },
};

test("what is kept comes back to the same person and to nobody else", async () => {
  await keep("anna", "read-1", kept);
  expect(await loadKept("anna", "read-1")).toEqual(kept);
  expect(await loadKept("bert", "read-1")).toBeUndefined();
  expect(await listKept("anna")).toEqual([kept]);
  expect(await listKept("bert")).toEqual([]);
});

test("what is forgotten is gone", async () => {
  await keep("anna", "read-2", kept);
  await forget("anna", "read-2");
  expect(await loadKept("anna", "read-2")).toBeUndefined();
});
