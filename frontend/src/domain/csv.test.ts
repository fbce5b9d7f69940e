import { expect, test } from "vitest";
import { csvText } from "./csv";
import { rowCount, rowFaults } from "./rowFaults";

test("quotes what RFC 4180 wants quoted", () => {
  expect(
    csvText(
      ["a", "b"],
      [
        ['say "x"', "1,5"],
        [null, 2],
      ],
    ),
  ).toBe('a,b\r\n"say ""x""","1,5"\r\n,2\r\n');
});

test("a file name cannot become a formula, a negative number stays a number", () => {
  expect(csvText(["name", "value"], [["=cmd()", -1.5]])).toBe("name,value\r\n'=cmd(),-1.5\r\n");
});

test("faults come row by row, those of the whole file first", () => {
  const faults = rowFaults([
    { field: "truth", row: 12, code: "invalid", detail: "Write 0 or 1." },
    { field: "case", row: 3, code: "unknown", detail: "No such case." },
    { field: "file", code: "missing_column", detail: "The column truth is missing." },
    { field: "case", row: 12, code: "unknown", detail: "No such case." },
  ]);
  expect(faults.map((fault) => [fault.row, fault.column])).toEqual([
    [null, ""],
    [3, "case"],
    [12, "case"],
    [12, "truth"],
  ]);
  expect(rowCount(faults)).toBe(3);
});
