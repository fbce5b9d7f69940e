/** CSV as RFC 4180 writes it, with a guard against cells that a spreadsheet would run as a formula. */

export type Cell = string | number | boolean | null | undefined;

const NEEDS_QUOTES = /[",\r\n]/;
const STARTS_FORMULA = /^[=+\-@\t\r]/;

export function csvText(header: string[], rows: Cell[][]): string {
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const isText = typeof cell === "string";
  const text = isText && STARTS_FORMULA.test(cell) ? `'${cell}` : String(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
