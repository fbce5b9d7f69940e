import { expect, test } from "vitest";
import { type Abstention, sentCases } from "./abstention";

const ABSTENTION = { uncertainties: [0.1, 0.4, 0.2, 0.3, null] } as unknown as Abstention;
// Case 1 is missed, case 3 a false alarm; case 4 is decided without an uncertainty.
const CONFUSION = { tp: [0, 4], fp: [3], fn: [1], tn: [2] };

test("a point leads to the cases beyond it, and to what is still wrong within", () => {
  const chosen = sentCases("Finder", ABSTENTION, { confusion: CONFUSION }, 0.2);
  expect(chosen?.groups.map(({ cases }) => cases)).toEqual([[1, 3], [], []]);
  expect(chosen?.title).toBe("Finder, left to a human beyond 0.2");
});

test("what is kept counts as kept up to its own uncertainty", () => {
  const groups = (limit: number) =>
    sentCases("Finder", ABSTENTION, { confusion: CONFUSION }, limit)?.groups.map(({ cases }) => cases);
  expect(groups(0.3)).toEqual([[1], [], [3]]);
  expect(groups(0.4)).toEqual([[], [], [1, 3]]);
  expect(groups(0.1)).toEqual([[1, 3], [2], []]);
});

test("without the cases' uncertainties nothing is opened", () => {
  expect(sentCases("Finder", {} as Abstention, { confusion: CONFUSION }, 0.2)).toBeNull();
});
