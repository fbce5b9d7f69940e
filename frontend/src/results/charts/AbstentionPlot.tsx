import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import type { Abstention, AbstentionPoint } from "@/domain/abstention";
import { decimal, intervalText, percentText } from "@/domain/resultText";
import { methodText, uncertaintyNumber } from "@/domain/uncertainty";
import { Mark } from "@/ui/charts/Mark";
import type { UnitScale } from "./UnitAxes";

const WIDTH = 520;
const HEIGHT = 280;
const MARGIN = { top: 12, left: 62, right: 24, bottom: 46 };
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
const REACH = 7;
/** An AI that is nearly always right is drawn on an axis too. */
const LEAST_END = 0.1;

interface AbstentionPlotProps {
  name: string;
  abstention: Abstention;
  level: number;
  /** Opens the cases that are left to a human beyond an uncertainty. */
  openAt: (uncertainty: number) => (() => void) | undefined;
}

/** Error rate of the cases that are kept over their share, from the most certain one to all. */
export function AbstentionPlot({ name, abstention, level, openAt }: AbstentionPlotProps) {
  const { curve } = abstention;
  // The first points keep few cases, and their intervals go far up: the line decides where the axis ends.
  const end = Math.min(1, Math.max(LEAST_END, 1.3 * Math.max(...curve.map((point) => point.error_rate))));
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [0, end], range: [HEIGHT, 0], clamp: true, nice: true });
  const width = MARGIN.left + WIDTH + MARGIN.right;
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Errors against the share of cases kept</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <Axes x={x} y={y} />
        <path d={bandPath(curve, x, y)} fill="var(--figure-ai)" fillOpacity={0.15} {...bandEdge(curve)} />
        <LinePath
          data={curve}
          x={({ coverage }) => x(coverage)}
          y={({ error_rate }) => y(error_rate)}
          stroke="var(--figure-ai)"
          strokeWidth={2.5}
          fill="none"
        />
        {curve.map((point, index) => (
          <Mark
            key={point.n}
            text={pointText(name, abstention, point, level)}
            isFirst={index === 0}
            onOpen={openAt(point.uncertainty)}
          >
            <circle cx={x(point.coverage)} cy={y(point.error_rate)} r={3} fill="var(--figure-ai)" />
            <circle
              cx={x(point.coverage)}
              cy={y(point.error_rate)}
              r={REACH}
              fill="var(--figure-ink)"
              fillOpacity={0}
            />
          </Mark>
        ))}
      </Group>
    </svg>
  );
}

function Axes({ x, y }: { x: UnitScale; y: UnitScale }) {
  const shared = { stroke: "var(--figure-faint)", tickStroke: "var(--figure-faint)", labelProps: LABEL };
  const tick = { fontSize: 11, fill: "var(--figure-ink)" };
  const percent = (value: { valueOf(): number }) => percentText(value.valueOf());
  return (
    <>
      <GridRows scale={y} width={WIDTH} numTicks={5} stroke="var(--figure-grid)" />
      <AxisBottom
        {...shared}
        scale={x}
        top={HEIGHT}
        numTicks={5}
        label="Cases that the AI keeps"
        tickFormat={percent}
        tickLabelProps={{ ...tick, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        numTicks={5}
        label="Wrong among those kept"
        labelOffset={40}
        tickFormat={percent}
        tickLabelProps={{ ...tick, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}

/** The band of a single point is a line. */
const bandEdge = (curve: AbstentionPoint[]) =>
  curve.length === 1 ? { stroke: "var(--figure-ai)", strokeOpacity: 0.6 } : { stroke: "none" };

function bandPath(curve: AbstentionPoint[], x: UnitScale, y: UnitScale): string {
  const upper = curve.map(({ coverage, high }) => `${x(coverage)},${y(high)}`);
  const lower = curve.map(({ coverage, low }) => `${x(coverage)},${y(low)}`);
  return `M${[...upper, ...lower.reverse()].join("L")}Z`;
}

function pointText(name: string, abstention: Abstention, point: AbstentionPoint, level: number): string {
  const { n, errors, coverage, uncertainty, error_rate, low, high } = point;
  const { cases } = abstention.counts;
  return [
    `${name} keeps ${n} of ${cases} cases (${percentText(coverage)}), up to an uncertainty of ${uncertaintyNumber(uncertainty)}`,
    `${errors} wrong: error rate ${decimal(error_rate)} (${intervalText(low, high)}), n = ${n}, ${percentText(level)} interval: Wilson`,
    `${cases - n} left to a human; uncertainty by ${methodText(abstention)}`,
  ].join("\n");
}
