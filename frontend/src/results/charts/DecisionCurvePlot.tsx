import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { isUndefined, type Outcome } from "@/domain/analysisResult";
import type { NetBenefit } from "@/domain/description";
import { outcomeDetail, outcomeText, percentText } from "@/domain/resultText";
import { Mark } from "@/ui/charts/Mark";
import type { UnitScale } from "./UnitAxes";

const WIDTH = 440;
const HEIGHT = 300;
const MARGIN = { top: 12, left: 62, bottom: 46 };
const LEGEND_WIDTH = 210;
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
// Acting on everybody falls without end: what lies far below 0 is of no use to look at.
const LOWEST = -0.3;
const LEAST_BELOW = -0.05;

interface DecisionCurvePlotProps {
  name: string;
  curve: NetBenefit[];
  /** Opens the cases that are acted on from a threshold on. */
  openAt: (threshold: number) => (() => void) | undefined;
}

/** Net benefit over the threshold probability: of the model, of acting on everybody, and on nobody (0). */
export function DecisionCurvePlot({ name, curve, openAt }: DecisionCurvePlotProps) {
  const highest = Math.max(0.05, ...curve.flatMap(({ model, treat_all: all }) => [top(model), top(all)]));
  const lowest = Math.max(LOWEST, Math.min(LEAST_BELOW, ...curve.map(({ model }) => meanOf(model))));
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [lowest, highest], range: [HEIGHT, 0], clamp: true });
  const width = MARGIN.left + WIDTH + LEGEND_WIDTH;
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Decision curve</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <Axes x={x} y={y} />
        <path d={bandPath(curve, x, y)} fill="var(--figure-ai)" fillOpacity={0.15} stroke="none" />
        <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--figure-ink)" strokeDasharray="2 4" />
        <Line curve={curve} of={({ treat_all: all }) => all} x={x} y={y} look={EVERYBODY} />
        <Line curve={curve} of={({ model }) => model} x={x} y={y} look={MODEL} />
        {curve.map((row, index) => (
          <Point
            key={row.threshold}
            {...{ name, row, x, y }}
            isFirst={index === 0}
            onOpen={openAt(row.threshold)}
          />
        ))}
        <Legend name={name} />
      </Group>
    </svg>
  );
}

interface LineLook {
  stroke: string;
  strokeWidth: number;
  strokeDasharray: string;
}

const MODEL: LineLook = { stroke: "var(--figure-ai)", strokeWidth: 2.5, strokeDasharray: "" };
const EVERYBODY: LineLook = { stroke: "var(--figure-faint)", strokeWidth: 2, strokeDasharray: "7 4" };

const meanOf = (outcome: Outcome): number => (isUndefined(outcome) ? 0 : outcome.value);
const top = (outcome: Outcome): number => (isUndefined(outcome) ? 0 : (outcome.high ?? outcome.value));

function Axes({ x, y }: { x: UnitScale; y: UnitScale }) {
  const shared = { stroke: "var(--figure-faint)", tickStroke: "var(--figure-faint)", labelProps: LABEL };
  const tick = { fontSize: 11, fill: "var(--figure-ink)" };
  return (
    <>
      <GridRows scale={y} width={WIDTH} numTicks={6} stroke="var(--figure-grid)" />
      <AxisBottom
        {...shared}
        scale={x}
        top={HEIGHT}
        numTicks={5}
        label="Threshold probability"
        tickFormat={(value) => percentText(value.valueOf())}
        tickLabelProps={{ ...tick, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        numTicks={6}
        label="Net benefit"
        labelOffset={40}
        tickFormat={(value) => value.valueOf().toFixed(2).replace("-", "−")}
        tickLabelProps={{ ...tick, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}

function bandPath(curve: NetBenefit[], x: UnitScale, y: UnitScale): string {
  const known = curve.flatMap(({ threshold, model }) =>
    isUndefined(model) || model.low === null || model.high === null
      ? []
      : [{ threshold, low: model.low, high: model.high }],
  );
  if (known.length === 0) return "";
  const upper = known.map(({ threshold, high }) => `${x(threshold)},${y(high)}`);
  const lower = known.map(({ threshold, low }) => `${x(threshold)},${y(low)}`);
  return `M${[...upper, ...lower.reverse()].join("L")}Z`;
}

interface LineProps {
  curve: NetBenefit[];
  of: (row: NetBenefit) => Outcome;
  x: UnitScale;
  y: UnitScale;
  look: LineLook;
}

function Line({ curve, of, x, y, look }: LineProps) {
  const [lowest = 0] = y.domain();
  const known = curve.flatMap((row) => {
    const outcome = of(row);
    const isShown = !isUndefined(outcome) && outcome.value >= lowest;
    return isShown ? [{ threshold: row.threshold, value: outcome.value }] : [];
  });
  return (
    <LinePath
      data={known}
      x={({ threshold }) => x(threshold)}
      y={({ value }) => y(value)}
      fill="none"
      {...look}
    />
  );
}

interface PointProps {
  name: string;
  row: NetBenefit;
  x: UnitScale;
  y: UnitScale;
  isFirst: boolean;
  onOpen: (() => void) | undefined;
}

function Point({ name, row, x, y, isFirst, onOpen }: PointProps) {
  const { threshold, model, treat_all: all } = row;
  if (isUndefined(model)) return null;
  const lines = [
    `Acting from ${percentText(threshold)} on`,
    `${name}: net benefit ${outcomeText(model)}, ${outcomeDetail(model)}`,
    `acting on everybody: ${outcomeText(all)}`,
  ];
  return (
    <Mark text={lines.join("\n")} isFirst={isFirst} onOpen={onOpen}>
      <circle
        cx={x(threshold)}
        cy={y(model.value)}
        r={4}
        fill="var(--figure-ai)"
        stroke="var(--figure-ink)"
      />
    </Mark>
  );
}

function Legend({ name }: { name: string }) {
  const rows = [
    { text: name, look: MODEL },
    { text: "Acting on everybody", look: EVERYBODY },
    {
      text: "Acting on nobody",
      look: { stroke: "var(--figure-ink)", strokeWidth: 1, strokeDasharray: "2 4" },
    },
  ];
  return rows.map(({ text, look }, index) => (
    <Group key={text} left={WIDTH + 18} top={12 + index * 22}>
      <line x1={0} x2={34} y1={0} y2={0} {...look} />
      <text x={42} y={4} fontSize={12}>
        {text}
      </text>
    </Group>
  ));
}
