import fc from "fast-check";
import { expect, test } from "vitest";
import { foldedJobs, foldText } from "./foldedJobs";

const jobs = (...states: string[]) => states.map((state, id) => ({ id, state }));
const ids = (list: { id: number }[]) => list.map(({ id }) => id);

test("the newest job stays in sight though it failed; older ones of which nothing came are folded", () => {
  const { shown, folded } = foldedJobs(jobs("FAILED", "RUNNING", "FAILED", "SUCCEEDED", "CANCELLED"));
  expect([ids(shown), ids(folded)]).toEqual([
    [0, 1],
    [2, 4],
  ]);
  expect(foldText(folded)).toBe("2 older jobs were not finished: 1 failed, 1 cancelled");
  expect(foldText(jobs("CANCELLED"))).toBe("1 older job was not finished: 1 cancelled");
});

test("a job that succeeded later puts the failed ones away", () => {
  expect(foldedJobs(jobs("SUCCEEDED", "FAILED")).shown).toEqual([]);
});

test("no job that has not succeeded is lost or told twice, and the order stays", () => {
  const state = fc.constantFrom("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED");
  fc.assert(
    fc.property(fc.array(state), (states) => {
      const { shown, folded } = foldedJobs(jobs(...states));
      const wanted = ids(jobs(...states).filter((job) => job.state !== "SUCCEEDED"));
      expect([...ids(shown), ...ids(folded)].sort((a, b) => a - b)).toEqual(wanted);
      for (const part of [ids(shown), ids(folded)]) expect(part).toEqual([...part].sort((a, b) => a - b));
    }),
  );
});
