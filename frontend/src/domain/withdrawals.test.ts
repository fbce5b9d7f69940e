import { describe, expect, it } from "vitest";
import { type WithdrawnAssignment, withdrawalsOf } from "./withdrawals";

const row = (changes: Partial<WithdrawnAssignment>): WithdrawnAssignment => ({
  id: "1",
  withdrawn: "READER",
  reader: "ada",
  case: "Case 001",
  session: 1,
  reason: "Moved away",
  voided_at: "2026-11-26T10:00:00Z",
  is_begun: false,
  is_signed: false,
  ...changes,
});

describe("withdrawals", () => {
  it("are counted as they were made, the newest first", () => {
    const rows = [
      row({ is_begun: true, is_signed: true }),
      row({ case: "Case 002", is_begun: true }),
      row({ case: "Case 003" }),
      row({ reader: "ben", voided_at: "2026-11-26T11:00:00Z" }),
      row({ withdrawn: "CASE", case: "Case 004" }),
    ];
    expect(
      withdrawalsOf(rows, "READER").map(({ name, assignments, signed, begun }) => [
        name,
        assignments,
        signed,
        begun,
      ]),
    ).toEqual([
      ["ben", 1, 0, 0],
      ["ada", 3, 1, 1],
    ]);
    expect(withdrawalsOf(rows, "CASE").map(({ name, assignments }) => [name, assignments])).toEqual([
      ["Case 004", 1],
    ]);
    expect(withdrawalsOf([], "CASE")).toEqual([]);
  });
});
