/** Which cases stand behind a number or a mark of a planned result. Cases are positions in the description's list. */
import type { Confusion } from "./analysisResult";
import type {
  CaseList,
  DescribedChange,
  DescribedParticipant,
  Description,
  FlowKind,
  MarkingParticipant,
} from "./description";

export interface CaseGroup {
  /** Empty where there is one group only. */
  title: string;
  cases: CaseList;
}

export interface ChosenCases {
  title: string;
  groups: CaseGroup[];
}

export const CELLS: { cell: keyof Confusion; title: string }[] = [
  { cell: "tp", title: "True positive" },
  { cell: "fp", title: "False positive" },
  { cell: "fn", title: "False negative" },
  { cell: "tn", title: "True negative" },
];

/** All decisions of a participant, by cell. */
export function decidedCases(title: string, { confusion }: DescribedParticipant): ChosenCases {
  return { title, groups: CELLS.map(({ cell, title: name }) => ({ title: name, cases: confusion[cell] })) };
}

/** What a participant would decide from a threshold on, by cell; null where the result does not hold the ratings. */
export function casesAt(
  title: string,
  { ratings }: DescribedParticipant,
  threshold: number | null,
  cases: Description["cases"],
): ChosenCases | null {
  if (!ratings) return null;
  const found: Record<keyof Confusion, CaseList> = { tp: [], fp: [], fn: [], tn: [] };
  ratings.forEach((rating, position) => {
    if (rating === null) return;
    const isCalled = threshold !== null && rating >= threshold;
    const isPositive = cases[position]?.truth === 1;
    found[isCalled ? (isPositive ? "tp" : "fp") : isPositive ? "fn" : "tn"].push(position);
  });
  return { title, groups: CELLS.map(({ cell, title: name }) => ({ title: name, cases: found[cell] })) };
}

/** On which cases marks from a rating on find lesions, miss some, and lie on nothing; null counts no mark. */
export function markedCases(
  title: string,
  { marks, unread }: Pick<MarkingParticipant, "marks" | "unread">,
  threshold: number | null,
  lesionsByCase: number[],
): ChosenCases {
  const counted = marks.filter(([, rating]) => threshold !== null && rating >= threshold);
  const cases = (isOnLesion: boolean) =>
    [...new Set(counted.flatMap(([position, , isOn]) => (isOn === isOnLesion ? [position] : [])))].sort(
      (a, b) => a - b,
    );
  const found = (position: number) => counted.filter(([at, , isOn]) => at === position && isOn).length;
  const notRead = new Set(unread);
  const missed = lesionsByCase.flatMap((lesions, position) =>
    !notRead.has(position) && found(position) < lesions ? [position] : [],
  );
  return {
    title,
    groups: [
      { title: "Lesion found", cases: cases(true) },
      { title: "Lesion missed", cases: missed },
      { title: "False mark", cases: cases(false) },
    ],
  };
}

/** On which cases two of an agreement differ; `null` stands for the truth. */
export function differingCases(
  title: string,
  a: DescribedParticipant,
  b: DescribedParticipant | null,
): ChosenCases {
  if (b === null) {
    return {
      title,
      groups: [
        { title: `${a.name} positive, the truth negative`, cases: a.confusion.fp },
        { title: `${a.name} negative, the truth positive`, cases: a.confusion.fn },
      ],
    };
  }
  const [yesA, yesB] = [calledBy(a), calledBy(b)];
  const [noA, noB] = [notCalledBy(a), notCalledBy(b)];
  return {
    title,
    groups: [
      { title: `${a.name} positive, ${b.name} negative`, cases: both(yesA, noB) },
      { title: `${a.name} negative, ${b.name} positive`, cases: both(noA, yesB) },
    ],
  };
}

const calledBy = ({ confusion }: DescribedParticipant) => [...confusion.tp, ...confusion.fp];
const notCalledBy = ({ confusion }: DescribedParticipant) => [...confusion.fn, ...confusion.tn];

function both(some: CaseList, others: CaseList): CaseList {
  const known = new Set(others);
  return some.filter((position) => known.has(position)).sort((a, b) => a - b);
}

/** The cases of one way of changing: of every reader who changed so. */
export function changedCases(title: string, change: DescribedChange, kind: FlowKind): ChosenCases {
  const groups = Object.entries(change.cases).map(([reader, kinds]) => ({
    title: reader,
    cases: kinds[kind],
  }));
  return { title, groups: groups.filter(({ cases }) => cases.length > 0) };
}

/** The cases of a group, the positive ones first; null where the result does not hold who is in it. */
export function groupCases(
  { groups, cases }: Description,
  column: string,
  value: string,
): ChosenCases | null {
  const labels = "labels" in groups ? groups.labels?.[column] : undefined;
  if (!labels) return null;
  const members = labels.flatMap((label, position) => (label === value ? [position] : []));
  const ofTruth = (truth: 0 | 1) => members.filter((position) => cases[position]?.truth === truth);
  return {
    title: `${column}: ${value}`,
    groups: [
      { title: "Positive", cases: ofTruth(1) },
      { title: "Negative", cases: ofTruth(0) },
    ],
  };
}

export const numberOfCases = ({ groups }: ChosenCases): number =>
  new Set(groups.flatMap(({ cases }) => cases)).size;
