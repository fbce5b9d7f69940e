import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  casesAt,
  changedCases,
  decidedCases,
  differingCases,
  groupCases,
  markedCases,
  numberOfCases,
} from "./casesBehind";
import type { DescribedParticipant, Description } from "./description";

const CASES = [1, 1, 0, 0].map((truth, index) => ({
  id: String(index),
  name: `C${index}`,
  truth: truth as 0 | 1,
}));
const of = (
  name: string,
  confusion: Partial<DescribedParticipant["confusion"]>,
  ratings?: (number | null)[],
) =>
  ({
    name,
    confusion: { tp: [], fp: [], fn: [], tn: [], ...confusion },
    ratings,
  }) as unknown as DescribedParticipant;

describe("the cases behind a mark", () => {
  it("are those a threshold divides, and none where nothing was rated", () => {
    const found = casesAt("at 3", of("Ada", {}, [4, null, 3, 1]), 3, CASES);
    expect(found?.groups.map(({ cases }) => cases)).toEqual([[0], [2], [], [3]]);
    // Above all ratings nothing is called.
    expect(casesAt("above all", of("Ada", {}, [4, 1, 3, 1]), null, CASES)?.groups[2]?.cases).toEqual([0, 1]);
    expect(casesAt("at 3", of("Ada", {}), 3, CASES)).toBeNull();
  });

  it("are where marks from a rating on find a lesion, miss one, or lie on none", () => {
    const marks: [number, number, boolean][] = [
      [0, 80, true],
      [0, 30, true],
      [2, 50, false],
      [2, 40, false],
      [3, 10, false],
    ];
    const at = (threshold: number | null) =>
      markedCases("Ada", { marks, unread: [4] }, threshold, [2, 1, 0, 0, 1]).groups.map(({ cases }) => cases);
    expect(at(20)).toEqual([[0], [1], [2]]);
    // The second lesion of the first case is found by the less sure mark only.
    expect(at(60)).toEqual([[0], [0, 1], []]);
    expect(at(null)).toEqual([[], [0, 1], []]);
  });

  it("add up to all that was rated, whatever the threshold", () => {
    const rated = fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(rated, fc.integer({ min: 0, max: 6 }), (ratings, threshold) => {
        const found = casesAt("", of("Ada", {}, ratings), threshold, CASES);
        const cases = found?.groups.flatMap((group) => group.cases) ?? [];
        expect(cases.length).toBe(new Set(cases).size);
        expect(cases.length).toBe(ratings.filter((one) => one !== null).length);
      }),
    );
  });

  it("are those on which two differ", () => {
    const a = of("Ada", { tp: [0], fp: [3], fn: [1], tn: [2] });
    const b = of("Ben", { tp: [1], fp: [3], fn: [0], tn: [] });
    expect(differingCases("", a, b).groups.map(({ cases }) => cases)).toEqual([[0], [1]]);
    expect(differingCases("", a, null).groups.map(({ cases }) => cases)).toEqual([[3], [1]]);
    expect(numberOfCases(decidedCases("", a))).toBe(4);
  });

  it("are those of every reader who changed so", () => {
    const kinds = (benefit: number[]) => ({ kept_right: [], benefit, harm: [], kept_wrong: [] });
    const change = { cases: { Ada: kinds([0, 2]), Ben: kinds([]) } } as never;
    expect(changedCases("", change, "benefit").groups).toEqual([{ title: "Ada", cases: [0, 2] }]);
  });

  it("are those of a group", () => {
    const groups = { facts: {}, reports: [], labels: { site: ["A", "B", null, "A"] } };
    const description = { cases: CASES, groups } as unknown as Description;
    expect(groupCases(description, "site", "A")?.groups.map(({ cases }) => cases)).toEqual([[0], [3]]);
    expect(
      groupCases({ ...description, groups: { facts: {}, reports: [] } } as never, "site", "A"),
    ).toBeNull();
  });
});
