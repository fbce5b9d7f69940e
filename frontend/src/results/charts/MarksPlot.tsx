import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { Fragment } from "react";
import { isUndefined } from "@/domain/analysisResult";
import type { DescribedMarks, MarkingParticipant, MarksCurve, MarksPoint } from "@/domain/description";
import { marksPointText } from "@/domain/marksText";
import { outcomeText, ratingWriter } from "@/domain/resultText";
import { type Look, looksOf } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";
import { Reach } from "@/ui/charts/Reach";
import { CurveLegend, LEGEND_ROW, LEGEND_WIDTH } from "./CurveLegend";
import { UnitAxes, type UnitScale } from "./UnitAxes";

const SIDE = 380;
const MARGIN = { top: 10, left: 56, bottom: 46 };
const VERTEX_REACH = 7;
/** Of a marker: a curve may have a hundred points. */
const POINT_SIZE = 0.55;
/** A curve on which nobody has a false mark is drawn on an axis too. */
const LEAST_END = 0.1;

interface MarksPlotProps {
  curve: MarksCurve;
  marks: DescribedMarks;
  /** Who of them is drawn. */
  participants: MarkingParticipant[];
  /** Opens the cases that stand behind marks from a rating on. */
  onOpen: (participant: MarkingParticipant, threshold: number | null) => void;
}

interface Drawn {
  participant: MarkingParticipant;
  look: Look;
  points: MarksPoint[];
  ratingText: (rating: number) => string;
}

/** FROC or AFROC curves of the AI and the readers, with a point at every rating of a mark. */
export function MarksPlot({ curve, marks, participants, onOpen }: MarksPlotProps) {
  const looks = looksOf(participants);
  const drawn: Drawn[] = participants.flatMap((participant) => {
    const look = looks.get(participant.key);
    const points = participant.curves[curve];
    const ratingText = ratingWriter(participant.marks.map(([, rating]) => rating));
    return look ? [{ participant, look, points: isUndefined(points) ? [] : points, ratingText }] : [];
  });
  const isFroc = curve === "froc";
  const end = isFroc ? Math.max(LEAST_END, ...drawn.flatMap(({ points }) => points.map(({ x }) => x))) : 1;
  const x = scaleLinear<number>({ domain: [0, end], range: [0, SIDE], nice: isFroc });
  const y = scaleLinear<number>({ domain: [0, 1], range: [SIDE, 0] });
  const width = MARGIN.left + SIDE + LEGEND_WIDTH;
  const height = Math.max(MARGIN.top + SIDE + MARGIN.bottom, MARGIN.top + drawn.length * LEGEND_ROW);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{isFroc ? "FROC curves" : "AFROC curves"}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <UnitAxes
          x={x}
          y={y}
          side={SIDE}
          xLabel={isFroc ? "False marks per case" : "Negative cases with a false mark"}
          yLabel="Lesions found"
          hasDiagonal={false}
          {...(isFroc && { xTicks: 6 })}
        />
        {drawn.map((series, index) => (
          <Curve
            key={series.participant.key}
            series={series}
            x={x}
            y={y}
            textOf={(point) => marksPointText(marks, series.participant, curve, point, series.ratingText)}
            isFirst={index === 0}
            onOpen={onOpen}
          />
        ))}
        <CurveLegend
          left={SIDE + 24}
          rows={drawn.map(({ participant, look, points }) => ({
            participant,
            look,
            hasCurve: points.length > 0,
            about: isFroc
              ? `${participant.counts.lesion_marks} of ${participant.lesions} lesions, ${participant.counts.false_marks} false marks`
              : `AFROC ${outcomeText(participant.estimates.AFROC)}`,
          }))}
        />
      </Group>
    </svg>
  );
}

interface CurveProps {
  series: Drawn;
  x: UnitScale;
  y: UnitScale;
  /** What a point says. */
  textOf: (point: MarksPoint) => string;
  isFirst: boolean;
  onOpen: MarksPlotProps["onOpen"];
}

function Curve({ series: { participant, look, points }, x, y, textOf, isFirst, onOpen }: CurveProps) {
  const marked = points.filter(({ threshold }) => threshold !== null);
  return (
    <>
      <LinePath
        data={points}
        x={(point) => x(point.x)}
        y={(point) => y(point.y)}
        stroke={look.colour}
        strokeWidth={participant.kind === "AI" ? 2.5 : 1.75}
        strokeDasharray={look.dash}
        fill="none"
      />
      {marked.map((point, index) => (
        <Fragment key={`${point.x} ${point.y}`}>
          <Mark
            text={textOf(point)}
            isFirst={isFirst && index === 0}
            onOpen={() => onOpen(participant, point.threshold)}
          >
            <path
              d={look.marker}
              transform={`translate(${x(point.x)} ${y(point.y)}) scale(${POINT_SIZE})`}
              fill={look.colour}
            />
            <circle
              cx={x(point.x)}
              cy={y(point.y)}
              r={VERTEX_REACH}
              fill="var(--figure-ink)"
              fillOpacity={0}
            />
          </Mark>
          <Reach
            x={x(point.x)}
            y={y(point.y)}
            across={reach(x, point.x, point.x_low, point.x_high)}
            up={reach(y, point.y, point.y_low, point.y_high)}
            colour={look.colour}
          />
        </Fragment>
      ))}
    </>
  );
}

/** Where an interval begins and ends on an axis, which it may reach beyond; where there is none, at its point. */
function reach(scale: UnitScale, at: number, low?: number | null, high?: number | null): [number, number] {
  const [, most = at] = scale.domain();
  return [scale(low ?? at), scale(Math.min(most, high ?? at))];
}
