import { type AiDecision, canonical, type Finding, type Mark, type ReadPayload } from "./payload";

/** One of two versions that came from the same base. */
export type Side = "mine" | "theirs";

/** Where in a read something differs. */
export type Place =
  | { kind: "answer"; key: string }
  | { kind: "finding"; findingId: string }
  | { kind: "finding_field"; findingId: string; field: string }
  | { kind: "finding_answer"; findingId: string; key: string }
  | { kind: "mark"; findingId: string; markId: string }
  /** Each side removed what the other kept, which would leave a finding without any mark. */
  | { kind: "marks"; findingId: string }
  | { kind: "ai_decision"; key: string };

/** Something that one side or both changed against the base. What is absent on a side is undefined. */
export interface MergeItem {
  /** The choice of a conflict goes by this name; the same for the same place however often it is merged. */
  id: string;
  place: Place;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  changedBy: Side | "both_alike" | "conflict";
  /** What is taken: the one side that changed it, or for a conflict what is chosen or proposed. */
  taken: Side;
}

export interface Merge {
  payload: ReadPayload;
  items: MergeItem[];
}

export type Choices = Readonly<Record<string, Side>>;

/**
 * Three-way merge. What only one side changed is taken as it changed it; what both changed differently is a conflict
 * and goes by `choices`, else by a proposal: the reader's own version, or the side that still has it. So nothing that
 * either side added is missing unless the reader chose so.
 */
export function mergePayloads(
  base: ReadPayload,
  mine: ReadPayload,
  theirs: ReadPayload,
  choices: Choices = {},
): Merge {
  const merger = new Merger(choices);
  const payload = merger.payload(base, mine, theirs);
  // Where one side is as the base, the other is the result to the letter, its order included.
  if (same(mine, base)) return { payload: theirs, items: merger.items };
  if (same(theirs, base) || same(mine, theirs)) return { payload: mine, items: merger.items };
  return { payload, items: merger.items };
}

const same = (one: unknown, other: unknown) =>
  one === other || (one !== undefined && other !== undefined && canonical(one) === canonical(other));

interface Three<T> {
  base: T;
  mine: T;
  theirs: T;
}

class Merger {
  readonly items: MergeItem[] = [];
  private readonly choices: Choices;

  constructor(choices: Choices) {
    this.choices = choices;
  }

  payload(base: ReadPayload, mine: ReadPayload, theirs: ReadPayload): ReadPayload {
    const answers = this.keyed(
      { base: base.answers, mine: mine.answers, theirs: theirs.answers },
      (key, value) => this.value({ kind: "answer", key }, value),
    );
    const findings = this.keyed(
      { base: byId(base.findings), mine: byId(mine.findings), theirs: byId(theirs.findings) },
      (findingId, value) => this.finding(findingId, value),
    );
    const decisions = this.keyed(
      {
        base: byAiFinding(base.ai_decisions),
        mine: byAiFinding(mine.ai_decisions),
        theirs: byAiFinding(theirs.ai_decisions),
      },
      (key, value) => this.value({ kind: "ai_decision", key }, value),
    );
    return {
      ...mine,
      answers,
      findings: eachMarkOnce(Object.values(findings), mine),
      ai_decisions: Object.values(decisions),
    };
  }

  /** Merge what goes by keys; in the order of mine, with what only the other side has behind. */
  private keyed<T>(
    { base, mine, theirs }: Three<Record<string, T>>,
    merge: (key: string, value: Three<T | undefined>) => T | undefined,
  ): Record<string, T> {
    const keys = new Set([...Object.keys(mine), ...Object.keys(theirs), ...Object.keys(base)]);
    const merged = [...keys].map(
      (key) => [key, merge(key, { base: base[key], mine: mine[key], theirs: theirs[key] })] as const,
    );
    return Object.fromEntries(merged.filter((entry): entry is [string, T] => entry[1] !== undefined));
  }

  private value<T>(place: Place, value: Three<T | undefined>): T | undefined {
    const { base, mine, theirs } = value;
    if (same(mine, theirs)) {
      if (!same(mine, base)) this.note(place, value, "both_alike", "mine");
      return mine;
    }
    if (same(mine, base)) return this.note(place, value, "theirs", "theirs");
    if (same(theirs, base)) return this.note(place, value, "mine", "mine");
    return this.conflict(place, value);
  }

  private conflict<T>(place: Place, value: Three<T | undefined>): T | undefined {
    const proposal: Side = value.mine === undefined ? "theirs" : "mine";
    return this.note(place, value, "conflict", this.choices[idOf(place)] ?? proposal);
  }

  private note<T>(
    place: Place,
    value: Three<T | undefined>,
    changedBy: MergeItem["changedBy"],
    taken: Side,
  ): T | undefined {
    this.items.push({ id: idOf(place), place, ...value, changedBy, taken });
    return value[taken];
  }

  private finding(findingId: string, value: Three<Finding | undefined>): Finding | undefined {
    const { base, mine, theirs } = value;
    const isSettled = same(mine, theirs) || same(mine, base) || same(theirs, base);
    if (isSettled || !mine || !theirs) return this.value({ kind: "finding", findingId }, value);
    const inner = { base: base ?? { id: findingId, answers: {}, marks: [] }, mine, theirs };
    const { answers, marks } = this.innerLists(findingId, inner);
    return { ...this.fields(findingId, inner), id: findingId, answers, marks } as Finding;
  }

  private fields(
    findingId: string,
    { base, mine, theirs }: Three<Partial<Finding>>,
  ): Record<string, unknown> {
    return this.keyed(
      { base: fieldsOf(base), mine: fieldsOf(mine), theirs: fieldsOf(theirs) },
      (field, value) => this.value({ kind: "finding_field", findingId, field }, value),
    );
  }

  private innerLists(findingId: string, { base, mine, theirs }: Three<Pick<Finding, "answers" | "marks">>) {
    const answers = this.keyed(
      { base: base.answers, mine: mine.answers, theirs: theirs.answers },
      (key, value) => this.value({ kind: "finding_answer", findingId, key }, value),
    );
    const marks = this.keyed(
      { base: byId(base.marks), mine: byId(mine.marks), theirs: byId(theirs.marks) },
      (markId, value) => this.value({ kind: "mark", findingId, markId }, value),
    );
    const left = Object.values(marks);
    if (left.length > 0) return { answers, marks: left };
    const each = { base: base.marks, mine: mine.marks, theirs: theirs.marks };
    return { answers, marks: this.conflict({ kind: "marks", findingId }, each) ?? mine.marks };
  }
}

function idOf(place: Place): string {
  return Object.values(place).join("/");
}

function byId<T extends { id: string }>(things: T[]): Record<string, T> {
  return Object.fromEntries(things.map((thing) => [thing.id, thing]));
}

function byAiFinding(decisions: AiDecision[]): Record<string, AiDecision> {
  return Object.fromEntries(decisions.map((one) => [`${one.prediction_id} ${one.ai_finding_id}`, one]));
}

function fieldsOf(finding: Partial<Finding>): Record<string, unknown> {
  const { id: _id, answers: _answers, marks: _marks, ...fields } = finding;
  return fields;
}

/** A mark that one side moved to another finding while the other side changed it would be there twice: mine stays. */
function eachMarkOnce(findings: Finding[], mine: ReadPayload): Finding[] {
  const ownPlace = new Map(
    mine.findings.flatMap((finding) => finding.marks.map((mark) => [mark.id, finding.id])),
  );
  const seen = new Set<string>();
  const isFirst = (finding: Finding, mark: Mark) => {
    const place = ownPlace.get(mark.id);
    const isElsewhere = place !== undefined && place !== finding.id && holds(findings, place, mark.id);
    if (isElsewhere || seen.has(mark.id)) return false;
    seen.add(mark.id);
    return true;
  };
  return findings
    .map((finding) => ({ ...finding, marks: finding.marks.filter((mark) => isFirst(finding, mark)) }))
    .filter((finding) => finding.marks.length > 0);
}

function holds(findings: Finding[], findingId: string, markId: string): boolean {
  return findings.some(({ id, marks }) => id === findingId && marks.some((mark) => mark.id === markId));
}
