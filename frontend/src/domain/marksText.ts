/** Points of curves of marks in words, and as rows of a table. */
import { isUndefined } from "./analysisResult";
import type { Cell } from "./csv";
import type { DescribedMarks, MarkingParticipant, MarksCurve, MarksPoint } from "./description";
import { decimal, intervalText, methodText, percentText } from "./resultText";

type Methods = Pick<DescribedMarks, "level" | "interval_methods">;

/** What a point counts: both shares with their intervals, the numbers that they are of, and the methods. */
export function marksPointText(
  marks: Methods,
  participant: MarkingParticipant,
  curve: MarksCurve,
  point: MarksPoint,
  ratingText: (rating: number) => string,
): string {
  const { name, n, negatives } = participant;
  const [x, y] = [
    valueText(point.x, point.x_low, point.x_high),
    valueText(point.y, point.y_low, point.y_high),
  ];
  const across =
    curve === "froc"
      ? `false marks per case ${x}, n = ${n}`
      : `negative cases with a false mark ${x}, n = ${negatives}`;
  return [
    `${name}, marks from ${ratingText(point.threshold ?? 0)} on`,
    `lesions found ${y}, n = ${lesionsText(participant)}`,
    across,
    ...methodsText(marks, point),
  ].join("\n");
}

function valueText(value: number, low: number | null | undefined, high: number | null | undefined): string {
  if (low === undefined || high === undefined) return decimal(value);
  const interval = intervalText(low, high);
  return `${decimal(value)} (${interval || "no interval"})`;
}

const lesionsText = ({ lesions, lesion_cases }: MarkingParticipant) =>
  lesion_cases === undefined ? `${lesions}` : `${lesions} in ${lesion_cases} cases`;

function methodsText({ level, interval_methods: methods = [] }: Methods, point: MarksPoint): string[] {
  const [y, x] = [point.y_method, point.x_method].map((place) => methods[place ?? -1]);
  if (level === undefined || (!x && !y)) return [];
  return [
    `${percentText(level)} intervals, each by itself`,
    ...(y ? [`of lesions: ${methodText(y)}`] : []),
    ...(x ? [`of false marks: ${methodText(x)}`] : []),
  ];
}

export const CURVE_COLUMNS = [
  "participant",
  "name",
  "curve",
  "x",
  "y",
  "threshold",
  "x_low",
  "x_high",
  "x_method",
  "x_n",
  "y_low",
  "y_high",
  "y_method",
  "y_n",
  "level",
];

/** The points of a curve of several, with as many digits as they have. */
export function curveRows(
  { level, interval_methods: methods = [] }: Methods,
  participants: MarkingParticipant[],
  curve: MarksCurve,
): Cell[][] {
  return participants.flatMap(({ subject, name, n, negatives, lesions, curves }) => {
    const points = curves[curve];
    if (isUndefined(points)) return [];
    return points.map((point) => [
      ...[subject, name, curve, point.x, point.y, point.threshold],
      ...[point.x_low, point.x_high, methods[point.x_method ?? -1], curve === "froc" ? n : negatives],
      ...[point.y_low, point.y_high, methods[point.y_method ?? -1], lesions, level],
    ]);
  });
}
