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
import { decimal, outcomeText } from "@/domain/resultText";
import { type Look, looksOf } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";
import { UnitAxes, type UnitScale } from "./UnitAxes";

const SIDE = 380;
const MARGIN = { top: 10, left: 56, bottom: 46 };
const LEGEND_WIDTH = 290;
const LEGEND_ROW = 40;
const VERTEX_REACH = 7;

interface Drawn {
  participant: Participant;
  look: Look;
  curve: RocPoint[];
}

/** A confidence band: at a specificity the sensitivity, from and to. */
export interface BandPoint {
  specificity: number;
  low: number;
  high: number;
}

interface RocPlotProps {
  participants: Participant[];
  /** Around the first curve. */
  band?: BandPoint[];
}

/** ROC curves of the AI and the readers, with the point at which each decides. */
export function RocPlot({ participants, band = [] }: RocPlotProps) {
  const looks = looksOf(participants);
  const drawn: Drawn[] = participants.flatMap((participant) => {
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
          <Curve key={series.participant.key} series={series} x={x} y={y} />
        ))}
        {drawn.map((series, index) => (
          <OperatingPoint key={series.participant.key} series={series} x={x} y={y} isFirst={index === 0} />
        ))}
        {drawn.map((series, index) => (
          <LegendRow key={series.participant.key} series={series} top={index * LEGEND_ROW} />
        ))}
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

interface SeriesProps {
  series: Drawn;
  x: UnitScale;
  y: UnitScale;
}

function Curve({ series: { participant, look, curve }, x, y }: SeriesProps) {
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
          <Mark key={`${point.fpf} ${point.tpf}`} text={vertexText(participant, point)}>
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

function vertexText(participant: Participant, point: RocPoint): string {
  const threshold =
    point.threshold === null ? "" : ` with ratings from ${Number(point.threshold.toFixed(3))} on`;
  return `${participant.name}${threshold}: sensitivity ${decimal(point.tpf)}, specificity ${decimal(1 - point.fpf)}`;
}

function OperatingPoint({
  series: { participant, look },
  x,
  y,
  isFirst,
}: SeriesProps & { isFirst: boolean }) {
  const sensitivity = binaryOutcome(participant, "sensitivity");
  const specificity = binaryOutcome(participant, "specificity");
  if (isUndefined(sensitivity) || isUndefined(specificity)) return null;
  const text = `${participant.name} decides: sensitivity ${outcomeText(sensitivity)}, specificity ${outcomeText(specificity)}`;
  return (
    <Mark text={text} isFirst={isFirst}>
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

function LegendRow({ series: { participant, look, curve }, top }: { series: Drawn; top: number }) {
  return (
    <Group left={SIDE + 24} top={top + 10}>
      {curve.length > 0 && (
        <line x1={0} x2={34} y1={0} y2={0} stroke={look.colour} strokeWidth={2} strokeDasharray={look.dash} />
      )}
      <path d={look.marker} transform="translate(17 0)" fill={look.colour} stroke="var(--figure-ink)" />
      <text x={44} y={4} fontSize={12} fontWeight={participant.kind === "AI" ? 700 : 400}>
        {participant.kind === "AI" ? `AI: ${participant.name}` : participant.name}
      </text>
      <text x={44} y={19} fontSize={11}>
        AUC {outcomeText(aucOutcome(participant))}
      </text>
    </Group>
  );
}
