import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { binaryOutcome, isUndefined } from "@/domain/analysisResult";
import type { DescribedParticipant } from "@/domain/description";
import { type PrPoint, precisionBand, prPointsOf } from "@/domain/precisionRecall";
import { decimal, intervalText, outcomeDetail, outcomeText, ratingWriter } from "@/domain/resultText";
import { type Look, looksOf } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";
import { CurveLegend, LEGEND_ROW, LEGEND_WIDTH } from "./CurveLegend";
import type { CurveOpening } from "./RocPlot";
import { UnitAxes, type UnitScale } from "./UnitAxes";

const SIDE = 380;
const MARGIN = { top: 10, left: 56, bottom: 46 };
const REACH = 7;

interface PrPlotProps {
  /** Those whose curve is drawn, the one with the band first, and those whose decisions alone are. */
  participants: DescribedParticipant[];
  withCurve: (participant: DescribedParticipant) => boolean;
  opening: CurveOpening<DescribedParticipant>;
}

/** Precision over recall: the AI's curve with its band, and where every reader decides. */
export function PrPlot({ participants, withCurve, opening }: PrPlotProps) {
  const looks = looksOf(participants);
  const drawn = participants.flatMap((participant) => {
    const look = looks.get(participant.key);
    const points = withCurve(participant) ? prPointsOf(participant) : [];
    return look ? [{ participant, look, points }] : [];
  });
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, SIDE] });
  const y = scaleLinear<number>({ domain: [0, 1], range: [SIDE, 0] });
  const width = MARGIN.left + SIDE + LEGEND_WIDTH;
  const height = Math.max(MARGIN.top + SIDE + MARGIN.bottom, MARGIN.top + drawn.length * LEGEND_ROW);
  const [first] = participants;
  const prevalence = first && prevalenceOf(first);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Precision-recall curves</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <UnitAxes
          x={x}
          y={y}
          side={SIDE}
          xLabel="Recall (sensitivity)"
          yLabel="Precision (PPV)"
          hasDiagonal={false}
        />
        {prevalence !== undefined && (
          <line
            x1={0}
            x2={SIDE}
            y1={y(prevalence)}
            y2={y(prevalence)}
            stroke="var(--figure-faint)"
            strokeDasharray="3 4"
          />
        )}
        {first && <Band participant={first} x={x} y={y} />}
        {drawn.map(({ participant, look, points }) => (
          <Curve key={participant.key} {...{ participant, look, points, x, y, opening }} />
        ))}
        {drawn.map(({ participant, look }, index) => (
          <Decisions key={participant.key} {...{ participant, look, x, y, opening }} isFirst={index === 0} />
        ))}
        <CurveLegend
          left={SIDE + 24}
          rows={drawn.map(({ participant, look, points }) => ({
            participant,
            look,
            hasCurve: points.length > 0,
            about: averageText(participant),
          }))}
        />
      </Group>
    </svg>
  );
}

function prevalenceOf({ roc }: DescribedParticipant): number | undefined {
  if (isUndefined(roc)) return undefined;
  const { positives, negatives } = roc.counts;
  return positives / (positives + negatives);
}

function averageText({ roc }: DescribedParticipant): string {
  if (isUndefined(roc) || !roc.estimates.average_precision) return "";
  const average = roc.estimates.average_precision;
  return isUndefined(average) ? "" : `average precision ${decimal(average.value)}`;
}

function Band({ participant, x, y }: { participant: DescribedParticipant; x: UnitScale; y: UnitScale }) {
  const band = precisionBand(participant);
  if (band.length === 0) return null;
  const upper = band.map(({ recall, high }) => `${x(recall)},${y(high)}`);
  const lower = band.map(({ recall, low }) => `${x(recall)},${y(low)}`);
  return (
    <path
      d={`M${[...upper, ...lower.reverse()].join("L")}Z`}
      fill="var(--figure-ai)"
      fillOpacity={0.15}
      stroke="none"
    />
  );
}

interface SeriesProps {
  participant: DescribedParticipant;
  look: Look;
  x: UnitScale;
  y: UnitScale;
  opening: CurveOpening<DescribedParticipant>;
}

function Curve({ participant, look, points, x, y, opening }: SeriesProps & { points: PrPoint[] }) {
  const ratingText = ratingWriter(points.map(({ threshold }) => threshold));
  return (
    <>
      <LinePath
        data={points}
        x={({ recall }) => x(recall)}
        y={({ precision }) => y(precision)}
        stroke={look.colour}
        strokeWidth={participant.kind === "AI" ? 2.5 : 1.75}
        strokeDasharray={look.dash}
        fill="none"
      />
      {points.map((point) => (
        <Mark
          key={`${point.tp} ${point.fp}`}
          text={pointText(participant, point, ratingText)}
          onOpen={opening.ofPoint(participant, point.threshold)}
        >
          <circle
            cx={x(point.recall)}
            cy={y(point.precision)}
            r={REACH}
            fill="var(--figure-ink)"
            fillOpacity={0}
          />
        </Mark>
      ))}
    </>
  );
}

function pointText(
  { name }: DescribedParticipant,
  point: PrPoint,
  ratingText: (rating: number) => string,
): string {
  const threshold = point.threshold === null ? "" : ` with ratings from ${ratingText(point.threshold)} on`;
  return [
    `${name}${threshold}`,
    `precision ${decimal(point.precision)}: ${point.tp} of ${point.tp + point.fp} called cases are positive`,
    `recall ${decimal(point.recall)} (${intervalText(point.recallLow, point.recallHigh)}, Wilson), n = ${point.positives}`,
  ].join("\n");
}

function Decisions({ participant, look, x, y, opening, isFirst }: SeriesProps & { isFirst: boolean }) {
  const recall = binaryOutcome(participant, "sensitivity");
  const precision = binaryOutcome(participant, "ppv");
  if (isUndefined(recall) || isUndefined(precision)) return null;
  const lines = [
    `${participant.name} decides`,
    `precision ${outcomeText(precision)}, ${outcomeDetail(precision)}`,
    `recall ${outcomeText(recall)}, ${outcomeDetail(recall)}`,
  ];
  return (
    <Mark text={lines.join("\n")} isFirst={isFirst} onOpen={opening.ofDecisions(participant)}>
      <path
        d={look.marker}
        transform={`translate(${x(recall.value)} ${y(precision.value)})`}
        fill={look.colour}
        stroke="var(--figure-ink)"
      />
    </Mark>
  );
}
