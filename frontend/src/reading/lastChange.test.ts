// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { EMPTY_PAYLOAD } from "@/domain/payload";
import { forget, type KeptRead, keep, listKept, loadKept } from "./localReads";

function change(keptAt: string): KeptRead {
  const copy = { payload: EMPTY_PAYLOAD, revision: 3, sending: null, setAside: [], unsentSince: keptAt };
  return { readId: "read-1", assignmentId: "assignment", caseName: "Case 7", keptAt, copy };
}

test("a change is there in the moment in which it is kept, and its note goes when it is written", async () => {
  const write = keep("anna", "read-1", change("2026-01-01T00:00:01Z"));
  expect(Object.keys(localStorage)).toHaveLength(1);
  await write;
  expect(Object.keys(localStorage)).toHaveLength(0);
  expect((await loadKept("anna", "read-1"))?.keptAt).toBe("2026-01-01T00:00:01Z");
});

test("what was noted and never written comes back, to its person only", async () => {
  await keep("bert", "read-1", change("2026-01-01T00:00:01Z"));
  const lost = change("2026-01-01T00:00:02Z");
  localStorage.setItem("overread-last-change/bert/read-1", JSON.stringify(lost));
  localStorage.setItem("overread-last-change/bert/read-2", JSON.stringify({ ...lost, readId: "read-2" }));
  expect(await loadKept("bert", "read-1")).toEqual(lost);
  expect((await listKept("bert")).map(({ readId, keptAt }) => [readId, keptAt])).toEqual([
    ["read-1", lost.keptAt],
    ["read-2", lost.keptAt],
  ]);
  expect(await listKept("carl")).toEqual([]);
  await forget("bert", "read-1");
  await forget("bert", "read-2");
  expect(await loadKept("bert", "read-1")).toBeUndefined();
  expect(Object.keys(localStorage)).toHaveLength(0);
});

test("of two changes in a row the note of the second outlives the write of the first", async () => {
  const first = keep("dora", "read-1", change("2026-01-01T00:00:01Z"));
  const second = keep("dora", "read-1", change("2026-01-01T00:00:02Z"));
  await first;
  const noted = localStorage.getItem("overread-last-change/dora/read-1");
  if (noted !== null) expect(JSON.parse(noted).keptAt).toBe("2026-01-01T00:00:02Z");
  await second;
  expect((await loadKept("dora", "read-1"))?.keptAt).toBe("2026-01-01T00:00:02Z");
  expect(Object.keys(localStorage)).toHaveLength(0);
});
