import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { MEASURES, type Measure, stageText, type WeightsCheck } from "@/domain/weightsCheck";
import { seriesLook } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";

const WIDTH = 330;
const HEIGHT = 170;
const MARGIN = { top: 12, left: 56, bottom: 46 };
const LEGEND_WIDTH = 190;
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
const TICK = { fontSize: 11, fill: "var(--figure-ink)" };
const NAMES = Object.keys(MEASURES) as Measure[];

/** How alike the map stays while the weights of ever more layers are redrawn. */
export function WeightsCheckPlot({ check }: { check: WeightsCheck }) {
  const { stages, number_of_layers } = check;
  const lowest = Math.min(0, ...stages.flatMap(({ spearman, ssim }) => [spearman ?? 0, ssim ?? 0]));
  const x = scaleLinear<number>({ domain: [0, number_of_layers], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [lowest < 0 ? -1 : 0, 1], range: [HEIGHT, 0] });
  const width = MARGIN.left + WIDTH + LEGEND_WIDTH;
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  const shared = { stroke: "var(--figure-faint)", tickStroke: "var(--figure-faint)", labelProps: LABEL };
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Likeness to the map of redrawn weights</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <GridRows scale={y} width={WIDTH} numTicks={4} stroke="var(--figure-grid)" />
        <AxisBottom
          {...shared}
          scale={x}
          top={HEIGHT}
          numTicks={Math.min(number_of_layers, 6)}
          label="Layers redrawn, from the last"
          tickFormat={(value) => value.valueOf().toFixed(0)}
          tickLabelProps={{ ...TICK, textAnchor: "middle" }}
        />
        <AxisLeft
          {...shared}
          scale={y}
          numTicks={4}
          label="Likeness"
          labelOffset={34}
          tickFormat={(value) => value.valueOf().toFixed(1).replace("-", "−")}
          tickLabelProps={{ ...TICK, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
        />
        {NAMES.map((name, index) => (
          <Series key={name} {...{ check, name, x, y }} index={index} />
        ))}
      </Group>
    </svg>
  );
}

interface SeriesProps {
  check: WeightsCheck;
  name: Measure;
  index: number;
  x: (value: number) => number;
  y: (value: number) => number;
}

function Series({ check: { stages, number_of_layers }, name, index, x, y }: SeriesProps) {
  const look = seriesLook(index);
  const known = stages.flatMap((stage) => {
    const value = stage[name];
    return value === null ? [] : [{ stage, value }];
  });
  // Nothing redrawn is the map itself.
  const line = [{ redrawn: 0, value: 1 }, ...known.map(({ stage, value }) => ({ ...stage, value }))];
  return (
    <>
      <LinePath
        data={line}
        x={({ redrawn }) => x(redrawn)}
        y={({ value }) => y(value)}
        fill="none"
        stroke={look.colour}
        strokeWidth={2}
        strokeDasharray={look.dash}
      />
      {known.map(({ stage, value }, at) => (
        <Mark key={stage.redrawn} text={stageText(stage, number_of_layers)} isFirst={index + at === 0}>
          <path
            d={look.marker}
            transform={`translate(${x(stage.redrawn)},${y(value)})`}
            fill={look.colour}
            stroke="var(--figure-ink)"
          />
        </Mark>
      ))}
      <Group left={WIDTH + 18} top={14 + index * 22}>
        <line x1={0} x2={34} y1={0} y2={0} stroke={look.colour} strokeWidth={2} strokeDasharray={look.dash} />
        <path d={look.marker} transform="translate(17,0)" fill={look.colour} stroke="var(--figure-ink)" />
        <text x={42} y={4} fontSize={12} fill="var(--figure-ink)">
          {MEASURES[name]}
        </text>
      </Group>
    </>
  );
}
