/** The blinding matrix on the screen: its columns, what a switch writes, and what it comes to in words. */

import {
  AI_CELLS,
  AI_PHASES,
  type CellValue,
  type DesignArm,
  MATRIX_PHASES,
  type MatrixPhase,
  type Shown,
} from "./designs";

export interface BlindingCell {
  key: string;
  name: string;
  about: string;
  is_switchable: boolean;
  default: Shown;
  /** The phases that a protocol may show. */
  phases: MatrixPhase[];
  /** Why the others stay hidden. */
  why: string;
  /** Fetched when a case is opened: the same in the first and the second read. */
  comes_with_case: boolean;
}

/** Whether a cell is shown in each phase of a read. */
export type MatrixRow = Record<MatrixPhase, boolean>;

/** A column of an arm: one phase, or where there is no second read both phases before signing. */
export interface MatrixColumn {
  name: string;
  phases: readonly MatrixPhase[];
}

const ONE_READ: MatrixColumn[] = [
  { name: "While reading", phases: ["FIRST", "SECOND"] },
  { name: "Once signed", phases: ["SIGNED"] },
];
const TWO_READS: MatrixColumn[] = [
  { name: "First read", phases: ["FIRST"] },
  { name: "Second read", phases: ["SECOND"] },
  { name: "Once signed", phases: ["SIGNED"] },
];

export function columnsOf(arm: DesignArm): MatrixColumn[] {
  return arm.ai_display === "SECOND_READ" ? TWO_READS : ONE_READ;
}

export interface MatrixPlace extends MatrixColumn {
  /** Over how many columns it reaches. */
  span: number;
  isShown: boolean;
  /** Why nothing can be chosen here; null where it can. */
  fixed: string | null;
}

/** The row of a cell in an arm, from left to right. */
export function placesOf(cell: BlindingCell, arm: DesignArm): MatrixPlace[] {
  const columns = columnsOf(arm);
  if (cell.comes_with_case && columns === TWO_READS) {
    const both = { name: "Both reads", phases: ["FIRST", "SECOND"] as const };
    return [placeOf(cell, arm, both, 2), placeOf(cell, arm, { name: "Once signed", phases: ["SIGNED"] }, 1)];
  }
  return columns.map((column) => placeOf(cell, arm, column, 1));
}

function placeOf(cell: BlindingCell, arm: DesignArm, column: MatrixColumn, span: number): MatrixPlace {
  const [phase] = column.phases;
  const isOfAi = AI_CELLS.includes(cell.key);
  const hasAi = !isOfAi || column.phases.some((one) => AI_PHASES[arm.ai_display].includes(one));
  const isAllowed = column.phases.every((one) => cell.phases.includes(one));
  const fixed = isAllowed ? (hasAi ? null : "no AI") : "hidden";
  return {
    ...column,
    span,
    fixed,
    isShown: fixed === null && phase !== undefined && valueIn(cell, arm, phase) === "SHOWN",
  };
}

function valueIn(cell: BlindingCell, arm: DesignArm, phase: MatrixPhase): Shown {
  const value = arm.blinding[cell.key] ?? cell.default;
  return typeof value === "string" ? value : value[phase];
}

/** The cells of an arm with one of them shown or hidden in some phases. */
export function withCell(
  cell: BlindingCell,
  arm: DesignArm,
  phases: readonly MatrixPhase[],
  isShown: boolean,
): DesignArm["blinding"] {
  const isOfAi = AI_CELLS.includes(cell.key);
  // What an arm shows of the AI it says for the phases in which it shows the AI, and for no other.
  const open = isOfAi ? AI_PHASES[arm.ai_display] : MATRIX_PHASES;
  const asked = (phase: MatrixPhase): Shown => {
    if (!open.includes(phase)) return "HIDDEN";
    return phases.includes(phase) ? (isShown ? "SHOWN" : "HIDDEN") : valueIn(cell, arm, phase);
  };
  const each = { FIRST: asked("FIRST"), SECOND: asked("SECOND"), SIGNED: asked("SIGNED") };
  return { ...arm.blinding, [cell.key]: collapsed(each, open) };
}

function collapsed(each: Record<MatrixPhase, Shown>, open: readonly MatrixPhase[]): CellValue {
  const values = new Set(open.map((phase) => each[phase]));
  const [only] = values;
  return values.size === 1 && only ? only : each;
}

/** What the readers of an arm see, in a sentence for each column and one for what stays hidden. */
export function summaryOf(cells: BlindingCell[], arm: DesignArm): string[] {
  const columns = columnsOf(arm);
  const shownIn = (column: MatrixColumn) =>
    cells.filter((cell) =>
      placesOf(cell, arm).some(
        (place) => place.isShown && column.phases.every((one) => place.phases.includes(one)),
      ),
    );
  const seen = columns.map((column) => shownIn(column));
  const never = cells.filter((cell) => !seen.some((some) => some.includes(cell)));
  return [
    ...columns.map(({ name }, index) => `${name}: ${namesOf(seen[index] ?? [])}.`),
    `Never: ${namesOf(never)}.`,
  ];
}

function namesOf(cells: BlindingCell[]): string {
  if (cells.length === 0) return "nothing";
  return cells.map(({ name }) => (name.startsWith("AI") ? name : name.toLowerCase())).join(", ");
}
