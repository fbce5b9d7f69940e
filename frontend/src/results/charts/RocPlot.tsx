import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import {
  aucOutcome,
  binaryOutcome,
  isUndefined,
  type Participant,
  type RocPoint,
} from "@/domain/analysisResult";
import type { DescribedPoint } from "@/domain/description";
import { decimal, intervalText, outcomeDetail, outcomeText, ratingWriter } from "@/domain/resultText";
import { type Look, looksOf } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";
import { CurveLegend, LEGEND_ROW, LEGEND_WIDTH } from "./CurveLegend";
import { UnitAxes, type UnitScale } from "./UnitAxes";

const SIDE = 380;
const MARGIN = { top: 10, left: 56, bottom: 46 };
const VERTEX_REACH = 7;

interface Drawn<P extends Participant> {
  participant: P;
  look: Look;
  curve: RocPoint[];
}

/** A confidence band: at a specificity the sensitivity, from and to. */
export interface BandPoint {
  specificity: number;
  low: number;
  high: number;
}

/** What opens the cases behind a curve. */
export interface CurveOpening<P extends Participant> {
  /** Those that a threshold divides; null is above all ratings. */
  ofPoint: (participant: P, threshold: number | null) => (() => void) | undefined;
  /** Those of the decisions really made. */
  ofDecisions: (participant: P) => (() => void) | undefined;
}

interface RocPlotProps<P extends Participant> {
  participants: P[];
  /** Around the first curve. */
  band?: BandPoint[];
  opening?: CurveOpening<P>;
}

/** ROC curves of the AI and the readers, with the point at which each decides. */
export function RocPlot<P extends Participant>({ participants, band = [], opening }: RocPlotProps<P>) {
  const looks = looksOf(participants);
  const drawn: Drawn<P>[] = participants.flatMap((participant) => {
    const look = looks.get(participant.key);
    return look ? [{ participant, look, curve: curveOf(participant) }] : [];
  });
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, SIDE] });
  const y = scaleLinear<number>({ domain: [0, 1], range: [SIDE, 0] });
  const width = MARGIN.left + SIDE + LEGEND_WIDTH;
  const height = Math.max(MARGIN.top + SIDE + MARGIN.bottom, MARGIN.top + drawn.length * LEGEND_ROW);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>ROC curves</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <UnitAxes x={x} y={y} side={SIDE} xLabel="1 − specificity" yLabel="Sensitivity" />
        {band.length > 0 && (
          <path d={bandPath(band, x, y)} fill="var(--figure-ai)" fillOpacity={0.15} stroke="none" />
        )}
        {drawn.map((series) => (
          <Curve key={series.participant.key} series={series} x={x} y={y} opening={opening} />
        ))}
        {drawn.map((series, index) => (
          <OperatingPoint
            key={series.participant.key}
            series={series}
            x={x}
            y={y}
            opening={opening}
            isFirst={index === 0}
          />
        ))}
        <CurveLegend
          left={SIDE + 24}
          rows={drawn.map(({ participant, look, curve }) => ({
            participant,
            look,
            hasCurve: curve.length > 0,
            about: `AUC ${outcomeText(aucOutcome(participant))}`,
          }))}
        />
      </Group>
    </svg>
  );
}

function bandPath(band: BandPoint[], x: UnitScale, y: UnitScale): string {
  const upper = band.map((point) => `${x(1 - point.specificity)},${y(point.high)}`);
  const lower = band.map((point) => `${x(1 - point.specificity)},${y(point.low)}`);
  return `M${[...upper, ...lower.reverse()].join("L")}Z`;
}

function curveOf(participant: Participant): RocPoint[] {
  if (isUndefined(participant.roc) || isUndefined(participant.roc.curve)) return [];
  return participant.roc.curve;
}

interface SeriesProps<P extends Participant> {
  series: Drawn<P>;
  x: UnitScale;
  y: UnitScale;
  opening: CurveOpening<P> | undefined;
}

function Curve<P extends Participant>({
  series: { participant, look, curve },
  x,
  y,
  opening,
}: SeriesProps<P>) {
  const ratingText = ratingWriter(curve.map(({ threshold }) => threshold));
  return (
    <>
      <LinePath
        data={curve}
        x={(point) => x(point.fpf)}
        y={(point) => y(point.tpf)}
        stroke={look.colour}
        strokeWidth={participant.kind === "AI" ? 2.5 : 1.75}
        strokeDasharray={look.dash}
        fill="none"
      />
      {curve
        .filter((point) => point.threshold !== null)
        .map((point) => (
          <Mark
            key={`${point.fpf} ${point.tpf}`}
            text={vertexText(participant, point, ratingText)}
            onOpen={opening?.ofPoint(participant, point.threshold)}
          >
            <circle
              cx={x(point.fpf)}
              cy={y(point.tpf)}
              r={VERTEX_REACH}
              fill="var(--figure-ink)"
              fillOpacity={0}
            />
          </Mark>
        ))}
    </>
  );
}

/** What a point of a curve says: both fractions, with Wilson's intervals where the result holds them, and n. */
function vertexText(
  { name, roc }: Participant,
  point: RocPoint | DescribedPoint,
  ratingText: (rating: number) => string,
): string {
  const threshold = point.threshold === null ? "" : ` with ratings from ${ratingText(point.threshold)} on`;
  const [sensitivity, specificity] = [decimal(point.tpf), decimal(1 - point.fpf)];
  if (!("tpf_low" in point) || isUndefined(roc)) {
    return `${name}${threshold}: sensitivity ${sensitivity}, specificity ${specificity}`;
  }
  const { positives, negatives } = roc.counts;
  const lines = [
    `${name}${threshold}`,
    `sensitivity ${sensitivity} (${intervalText(point.tpf_low, point.tpf_high)}), n = ${positives}`,
    `specificity ${specificity} (${intervalText(1 - point.fpf_high, 1 - point.fpf_low)}), n = ${negatives}`,
    "intervals: Wilson, each point by itself",
  ];
  return lines.join("\n");
}

function OperatingPoint<P extends Participant>({
  series: { participant, look },
  x,
  y,
  opening,
  isFirst,
}: SeriesProps<P> & { isFirst: boolean }) {
  const sensitivity = binaryOutcome(participant, "sensitivity");
  const specificity = binaryOutcome(participant, "specificity");
  if (isUndefined(sensitivity) || isUndefined(specificity)) return null;
  const lines = [
    `${participant.name} decides`,
    `sensitivity ${outcomeText(sensitivity)}, ${outcomeDetail(sensitivity)}`,
    `specificity ${outcomeText(specificity)}, ${outcomeDetail(specificity)}`,
  ];
  return (
    <Mark text={lines.join("\n")} isFirst={isFirst} onOpen={opening?.ofDecisions(participant)}>
      <path
        d={look.marker}
        transform={`translate(${x(1 - specificity.value)} ${y(sensitivity.value)})`}
        fill={look.colour}
        stroke="var(--figure-ink)"
        strokeWidth={1}
      />
    </Mark>
  );
}
