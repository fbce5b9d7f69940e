import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { CHART_WORDS, type DriftChart, type DriftPoint, pointText, type StepKind } from "@/domain/drift";
import { percentText } from "@/domain/resultText";
import { Mark } from "@/ui/charts/Mark";
import type { UnitScale } from "./UnitAxes";

const WIDTH = 860;
const HEIGHT = 230;
const MARGIN = { top: 12, left: 66, right: 190, bottom: 48 };
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
const MOST_TICKS = 8;
// Outside: a triangle that points to its side, larger than the round marks inside, and filled otherwise.
const ABOVE = "M0,-8L8,6H-8Z";
const BELOW = "M0,8L8,-6H-8Z";
const CROSS = "M-4,-4L4,4M-4,4L4,-4";
const LIMIT = { stroke: "var(--figure-faint)", strokeWidth: 1.5, strokeDasharray: "6 4" };
const CENTRE = { stroke: "var(--figure-ink)", strokeDasharray: "2 4" };

interface ControlChartProps {
  chart: DriftChart;
  title: string;
  step: StepKind;
}

/** Steps with their limits: round inside, a triangle outside, a cross on the axis where there was too little. */
export function ControlChart({ chart, title, step }: ControlChartProps) {
  const { points } = chart;
  const x = scaleLinear<number>({ domain: [-0.5, points.length - 0.5], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: extent(chart), range: [HEIGHT, 0], nice: true });
  const width = MARGIN.left + WIDTH + MARGIN.right;
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  const isIndex = CHART_WORDS[chart.chart].unit === "INDEX";
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{title}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <Axes chart={chart} x={x} y={y} step={step} />
        <path d={stairs(points, x, y, "high")} fill="none" {...LIMIT} />
        {!isIndex && <path d={stairs(points, x, y, "low")} fill="none" {...LIMIT} />}
        {!isIndex && chart.centre !== null && (
          <line x1={0} x2={WIDTH} y1={y(chart.centre)} y2={y(chart.centre)} {...CENTRE} />
        )}
        {runs(points).map((run) => (
          <LinePath
            key={run[0]?.point.key}
            data={run}
            x={({ place }) => x(place)}
            y={({ point }) => y(point.value ?? 0)}
            stroke="var(--figure-ai)"
            strokeWidth={2}
            fill="none"
          />
        ))}
        {points.map((point, place) => (
          <Mark key={point.key} text={pointText(chart.chart, point, step)} isFirst={place === 0}>
            <Point point={point} left={x(place)} y={y} />
          </Mark>
        ))}
        <Legend hasCentre={!isIndex} value={CHART_WORDS[chart.chart].value} />
      </Group>
    </svg>
  );
}

/** All that is drawn; a share or an index from 0 on where that is near. */
function extent({ chart, centre, points }: DriftChart): [number, number] {
  const drawn = points.flatMap(({ value, low, high }) => [value, low, high]).concat(centre);
  const values = drawn.filter((one) => one !== null);
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.005, 0.08 * (most - least));
  const isBounded = CHART_WORDS[chart].unit !== "SCORE";
  return [isBounded ? Math.max(0, least - margin) : least - margin, most + margin];
}

/** Limits as steps, for each point has its own; broken where there is none. */
function stairs(points: DriftPoint[], x: UnitScale, y: UnitScale, side: "low" | "high"): string {
  let isDown = false;
  return points
    .map((point, place) => {
      const limit = point[side];
      if (limit === null) {
        isDown = false;
        return "";
      }
      const start = `${isDown ? "L" : "M"}${x(place - 0.5)},${y(limit)}`;
      isDown = true;
      return `${start}H${x(place + 0.5)}`;
    })
    .join("");
}

/** Neighbouring points that are charted: the line breaks where one is not. */
function runs(points: DriftPoint[]): { point: DriftPoint; place: number }[][] {
  const found: { point: DriftPoint; place: number }[][] = [[]];
  for (const [place, point] of points.entries()) {
    if (point.value === null) found.push([]);
    else found.at(-1)?.push({ point, place });
  }
  return found.filter((run) => run.length > 0);
}

function Point({ point, left, y }: { point: DriftPoint; left: number; y: UnitScale }) {
  const { value, side } = point;
  if (value === null) {
    return (
      <g transform={`translate(${left} ${HEIGHT - 9})`}>
        <rect x={-7} y={-7} width={14} height={14} fill="transparent" />
        <path d={CROSS} fill="none" stroke="var(--figure-faint)" strokeWidth={2} />
      </g>
    );
  }
  const place = `translate(${left} ${y(value)})`;
  if (side === null) {
    return <circle r={4} transform={place} fill="var(--figure-ai)" stroke="var(--figure-ink)" />;
  }
  const shape = side === "above" ? ABOVE : BELOW;
  return (
    <path d={shape} transform={place} fill="var(--figure-3)" stroke="var(--figure-ink)" strokeWidth={1.5} />
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

function Axes({ chart, x, y, step }: { chart: DriftChart; x: UnitScale; y: UnitScale; step: StepKind }) {
  const { points } = chart;
  const every = Math.max(1, Math.ceil(points.length / MOST_TICKS));
  const { unit, value } = CHART_WORDS[chart.chart];
  const shared = { stroke: "var(--figure-faint)", tickStroke: "var(--figure-faint)", labelProps: LABEL };
  const tick = { fontSize: 11, fill: "var(--figure-ink)" };
  const dayOf = (place: number) => DAY.format(new Date(points[place]?.starts_at ?? 0));
  return (
    <>
      <GridRows scale={y} width={WIDTH} numTicks={5} stroke="var(--figure-grid)" />
      <AxisBottom
        {...shared}
        scale={x}
        top={HEIGHT}
        tickValues={[...points.keys()].filter((place) => place % every === 0)}
        label={{ DAY: "Day", WEEK: "Week from", CASES: "From" }[step]}
        tickFormat={(place) => dayOf(place.valueOf())}
        tickLabelProps={{ ...tick, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        numTicks={5}
        label={value}
        labelOffset={44}
        tickFormat={(one) => (unit === "SHARE" ? percentText(one.valueOf()) : one.valueOf().toFixed(2))}
        tickLabelProps={{ ...tick, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}

function Legend({ hasCentre, value }: { hasCentre: boolean; value: string }) {
  const marks = [
    { text: value, drawn: <circle cx={17} r={4} fill="var(--figure-ai)" stroke="var(--figure-ink)" /> },
    { text: hasCentre ? "Limits" : "Limit", drawn: <line x1={0} x2={34} {...LIMIT} /> },
    ...(hasCentre ? [{ text: "Reference", drawn: <line x1={0} x2={34} {...CENTRE} /> }] : []),
    {
      text: "Outside the limits",
      drawn: <path d={ABOVE} transform="translate(17 0)" fill="var(--figure-3)" stroke="var(--figure-ink)" />,
    },
    {
      text: "Too few to chart",
      drawn: (
        <path
          d={CROSS}
          transform="translate(17 0)"
          stroke="var(--figure-faint)"
          strokeWidth={2}
          fill="none"
        />
      ),
    },
  ];
  return marks.map(({ text, drawn }, index) => (
    <Group key={text} left={WIDTH + 18} top={12 + index * 24}>
      {drawn}
      <text x={44} y={4} fontSize={12}>
        {text}
      </text>
    </Group>
  ));
}
