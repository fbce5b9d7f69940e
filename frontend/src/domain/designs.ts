/** The design of a reader study as the server stores it (annotations/domain/schemas/design.schema.json). */

import { counted } from "./counted";
import { canonical } from "./payload";

export type DesignKind = "ANNOTATION" | "SINGLE" | "CROSSOVER" | "SEQUENTIAL" | "CONCURRENT";
export type ArmDisplay = "HIDDEN" | "AFTER_SIGNING" | "CONCURRENT" | "SECOND_READ";
export type Shown = "SHOWN" | "HIDDEN";
export type MatrixPhase = "FIRST" | "SECOND" | "SIGNED";
/** One value for all phases of a read, or one for each. */
export type CellValue = Shown | Record<MatrixPhase, Shown>;

/** By what the AI orders the worklist of an arm, and whether its readers may learn of the AI by the order. */
export interface WorklistOrder {
  by: "AI_SCORE" | "AI_FLAG";
  told_before_ai: boolean;
}

export interface DesignArm {
  key: string;
  name: string;
  ai_display: ArmDisplay;
  blinding: Record<string, CellValue>;
  /** Missing: the order is drawn. */
  worklist_order?: WorklistOrder;
}

export interface DesignSession {
  opens_on: string | null;
  closes_on: string | null;
  washout_days: number;
}

/** Who reads a case a third time once both reads are signed, when, and what they see; that read is the final one. */
export interface ArbitrationRule {
  /** Ids of accounts. */
  arbitrators: string[];
  trigger: "EVERY" | "DISAGREEMENT";
  /** Keys of the questions on which the reads are compared. */
  questions: string[];
  shows: "ANSWERS" | "HIDDEN";
}

export type Pairing =
  | { kind: "FULLY_CROSSED" }
  | { kind: "DOUBLE"; arbitration?: ArbitrationRule }
  | { kind: "SPLIT_PLOT"; blocks: string[] }
  | { kind: "PARTIALLY_PAIRED"; common: number; own: number }
  /** Who reads what, by username and names of cases; given through the API. */
  | { kind: "LISTED"; lists: { reader: string; arm: string; cases: string[] }[] };

export interface Design {
  kind: DesignKind;
  arms: DesignArm[];
  sessions: DesignSession[];
  balance: "READERS" | "CASES";
  pairing: Pairing;
  repeats: { count: number; minimum_distance: number };
  /** Coordinators see no answer before the lock; missing is off. */
  masked_until_lock?: boolean;
  training: string[];
}

const DAY_ONE: DesignSession = { opens_on: null, closes_on: null, washout_days: 0 };
const WASHOUT_DAYS = 28;
const HIDES_PAST: Record<string, CellValue> = { own_past_reads: "HIDDEN" };

export const MATRIX_PHASES: readonly MatrixPhase[] = ["FIRST", "SECOND", "SIGNED"];
/** In which phases an arm shows the AI (annotations/domain/states.py). */
export const AI_PHASES: Record<ArmDisplay, readonly MatrixPhase[]> = {
  HIDDEN: [],
  AFTER_SIGNING: ["SIGNED"],
  CONCURRENT: MATRIX_PHASES,
  SECOND_READ: ["SECOND", "SIGNED"],
};
export const AI_CELLS: readonly string[] = ["ai_scores", "ai_marks"];

const DISPLAY_OF_KIND: Record<Exclude<DesignKind, "CROSSOVER">, ArmDisplay> = {
  ANNOTATION: "HIDDEN",
  SINGLE: "HIDDEN",
  SEQUENTIAL: "SECOND_READ",
  CONCURRENT: "CONCURRENT",
};

/** What the arms of a kind may show; where there is one choice nothing is asked. */
export const DISPLAYS_TO_CHOOSE: Record<DesignKind, ArmDisplay[][]> = {
  ANNOTATION: [["HIDDEN"]],
  SINGLE: [["HIDDEN", "AFTER_SIGNING"]],
  CROSSOVER: [["HIDDEN"], ["CONCURRENT", "SECOND_READ", "HIDDEN"]],
  SEQUENTIAL: [["SECOND_READ"]],
  CONCURRENT: [["CONCURRENT"]],
};

/** The design as another kind: arms and sessions are those of the kind, the rest stays. */
export function withKind(design: Design, kind: DesignKind): Design {
  if (kind === design.kind) return design;
  const common = { ...design, kind, ...maskOf(kind) };
  const blinding = design.arms[0]?.blinding ?? {};
  if (kind === "CROSSOVER") {
    const blinded = { ...blinding, ...HIDES_PAST };
    return {
      ...common,
      arms: [
        fitted({ key: "A", name: "Unaided", ai_display: "HIDDEN", blinding: blinded }),
        fitted({ key: "B", name: "With AI", ai_display: "CONCURRENT", blinding: blinded }),
      ],
      sessions: [design.sessions[0] ?? DAY_ONE, { ...DAY_ONE, washout_days: WASHOUT_DAYS }],
    };
  }
  const arm = { key: "A", name: "Reading", ai_display: DISPLAY_OF_KIND[kind], blinding };
  return { ...common, arms: [fitted(arm)], sessions: [design.sessions[0] ?? DAY_ONE] };
}

/** The arm with nothing of the AI asked for in a phase in which it does not show the AI. */
function fitted(arm: DesignArm): DesignArm {
  const shows = AI_PHASES[arm.ai_display];
  const cells = Object.entries(arm.blinding).map(([key, value]): [string, CellValue] => {
    if (typeof value === "string" || !AI_CELLS.includes(key)) return [key, value];
    const phases = MATRIX_PHASES.map((phase) => [phase, shows.includes(phase) ? value[phase] : "HIDDEN"]);
    return [key, Object.fromEntries(phases) as Record<MatrixPhase, Shown>];
  });
  return { ...arm, blinding: Object.fromEntries(cells) };
}

/** Where readers with and without an AI are compared, nobody sees answers before the lock unless that is switched off. */
function maskOf(kind: DesignKind): Pick<Design, "masked_until_lock"> {
  if (kind === "SINGLE") return {};
  return { masked_until_lock: kind !== "ANNOTATION" };
}

/** The design with so many hidden repeats: who meets a case again must not see the read of it. */
export function withRepeats(design: Design, repeats: Design["repeats"]): Design {
  if (repeats.count === 0) return { ...design, repeats };
  const arms = design.arms.map((arm) => ({
    ...arm,
    ai_display: arm.ai_display === "AFTER_SIGNING" ? ("HIDDEN" as const) : arm.ai_display,
    blinding: { ...arm.blinding, ...HIDES_PAST },
  }));
  return { ...design, arms: arms.map(fitted), repeats };
}

export function withArm(design: Design, index: number, change: Partial<DesignArm>): Design {
  const arms = design.arms.map((arm, at) => (at === index ? fitted({ ...arm, ...change }) : arm));
  return { ...design, arms };
}

/** The design with the worklist of an arm in the AI's order, or with null in the drawn one. */
export function withOrder(design: Design, index: number, order: WorklistOrder | null): Design {
  const arms = design.arms.map((arm, at) => {
    if (at !== index) return arm;
    const { worklist_order: _, ...drawn } = arm;
    return order ? { ...drawn, worklist_order: order } : drawn;
  });
  return { ...design, arms };
}

/** Whether an order by the AI would tell readers of an arm what it does not show when a case is opened. */
export function tellsBeforeAi({ ai_display, blinding }: DesignArm): boolean {
  const scores = blinding.ai_scores ?? "SHOWN";
  const first = typeof scores === "string" ? scores : scores.FIRST;
  return first !== "SHOWN" || !AI_PHASES[ai_display].includes("FIRST");
}

export function withSession(design: Design, index: number, change: Partial<DesignSession>): Design {
  return {
    ...design,
    sessions: design.sessions.map((one, at) => (at === index ? { ...one, ...change } : one)),
  };
}

/** The sessions with their numbers, the first being 1. */
export function numberedSessions({ sessions }: Design): { number: number; session: DesignSession }[] {
  return sessions.map((session, index) => ({ number: index + 1, session }));
}

/** The pairing of a kind with values to start from. */
export function pairingOf(kind: Exclude<Pairing["kind"], "LISTED">, cases: number): Pairing {
  if (kind === "SPLIT_PLOT") return { kind, blocks: ["Block 1", "Block 2"] };
  if (kind === "PARTIALLY_PAIRED") {
    const own = Math.max(1, Math.floor(cases / 4));
    return { kind, common: Math.min(own, Math.max(0, cases - own)), own };
  }
  return { kind };
}

/** "20 cases × 4 readers × 2 sessions = 160 reads", where it is that simple. */
export function sumText(design: Design, cases: number, readers: number, reads: number): string {
  const sessions = design.sessions.length;
  const isSimple =
    design.pairing.kind === "FULLY_CROSSED" && design.repeats.count === 0 && design.training.length === 0;
  if (!isSimple)
    return `${counted(cases, "case")}, ${readersText(design, readers)}, ${counted(sessions, "session")}: ${counted(reads, "read")}`;
  const times = sessions > 1 ? ` × ${sessions} sessions` : "";
  return `${counted(cases, "case")} × ${counted(readers, "reader")}${times} = ${counted(reads, "read")}`;
}

/** Of so many with the role of a reader, how many are there to read, and how many to arbitrate. */
export function readersText(design: Design, members: number): string {
  const arbitrators = arbitratorsOf(design).length;
  if (arbitrators === 0) return counted(members, "reader");
  return `${counted(Math.max(0, members - arbitrators), "reader")} and ${counted(arbitrators, "arbitrator")}`;
}

/** Who arbitrates, and so reads nothing else. */
function arbitratorsOf({ pairing }: Design): string[] {
  return (pairing.kind === "DOUBLE" && pairing.arbitration?.arbitrators) || [];
}

/** Who reads and votes: arbitrators decide over what two others have read, and that is no vote. */
export function votersOf<R extends { user_id: string }>(design: Design, readers: R[]): R[] {
  const arbitrators = arbitratorsOf(design);
  return readers.filter(({ user_id }) => !arbitrators.includes(user_id));
}

/** How many of so many voters read each case at least. */
export function votesOnACase({ pairing }: Design, voters: number): number {
  if (pairing.kind === "DOUBLE") return Math.min(2, voters);
  if (pairing.kind === "SPLIT_PLOT") return Math.max(1, Math.floor(voters / pairing.blocks.length));
  if (pairing.kind === "LISTED") return fewestReaders(pairing.lists);
  // Some cases are all readers' own, and of others it depends on the drawing how many share them.
  return pairing.kind === "PARTIALLY_PAIRED" ? 1 : voters;
}

/** How many readers the least read of the listed cases has. */
function fewestReaders(lists: { reader: string; cases: string[] }[]): number {
  const readers = new Map<string, Set<string>>();
  for (const { reader, cases } of lists) {
    for (const name of cases) readers.set(name, (readers.get(name) ?? new Set()).add(reader));
  }
  return Math.min(...[...readers.values()].map(({ size }) => size));
}

/** A changed design and the one that it was made from. */
export interface DesignChange {
  design: Design;
  base: Design;
}

/** The same change, made to another design: whatever it left as it was is taken from there. */
export function redone({ design, base }: DesignChange, now: Design): Design {
  const keys = Object.keys(design) as (keyof Design)[];
  const changed = keys.filter((key) => canonical(design[key]) !== canonical(base[key]));
  return { ...now, ...Object.fromEntries(changed.map((key) => [key, design[key]])) };
}
