import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { isNamed, type PowerCell, powerText, rowsOf, type SampleSizeDocument } from "@/domain/sampleSize";
import { type Look, seriesLook } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";

const WIDTH = 440;
const HEIGHT = 300;
const MARGIN = { top: 12, left: 56, right: 130, bottom: 46 };
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
const LEGEND_ROW = 20;

type Scale = ReturnType<typeof scaleLinear<number>>;

interface Line {
  readers: number;
  cells: PowerCell[];
  look: Look;
}

/** Power over the number of cases, a line for each number of readers. */
export function PowerChart({ found }: { found: SampleSizeDocument }) {
  const { cases, target_power: wanted } = found.inputs;
  const x = scaleLinear<number>({ domain: [0, Math.max(...cases)], range: [0, WIDTH], nice: true });
  const y = scaleLinear<number>({ domain: [0, 1], range: [HEIGHT, 0] });
  const lines: Line[] = rowsOf(found).map(({ needed, cells }, index) => ({
    readers: needed.readers,
    cells: cells.filter(({ outcome }) => !isNamed(outcome)),
    look: seriesLook(index),
  }));
  const width = MARGIN.left + WIDTH + MARGIN.right;
  const height = MARGIN.top + Math.max(HEIGHT + MARGIN.bottom, lines.length * LEGEND_ROW);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Power over cases, by number of readers</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <Axes x={x} y={y} />
        <line
          x1={0}
          x2={WIDTH}
          y1={y(wanted)}
          y2={y(wanted)}
          stroke="var(--figure-ink)"
          strokeDasharray="6 4"
        />
        {lines.map((line, index) => (
          <Series key={line.readers} line={line} x={x} y={y} isFirst={index === 0} />
        ))}
        {lines.map((line, index) => (
          <Legend key={line.readers} line={line} top={10 + index * LEGEND_ROW} />
        ))}
      </Group>
    </svg>
  );
}

function Axes({ x, y }: { x: Scale; y: Scale }) {
  const shared = { stroke: "var(--figure-faint)", tickStroke: "var(--figure-faint)", labelProps: LABEL };
  const tick = { fontSize: 11, fill: "var(--figure-ink)" };
  return (
    <>
      <GridRows scale={y} width={WIDTH} numTicks={5} stroke="var(--figure-grid)" />
      <AxisBottom
        {...shared}
        scale={x}
        top={HEIGHT}
        numTicks={6}
        label="Cases"
        tickLabelProps={{ ...tick, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        numTicks={5}
        label="Power"
        labelOffset={34}
        tickFormat={(value) => value.valueOf().toFixed(1)}
        tickLabelProps={{ ...tick, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}

const powerOf = ({ outcome }: PowerCell) => (isNamed(outcome) ? 0 : outcome.power);

function Series({ line, x, y, isFirst }: { line: Line; x: Scale; y: Scale; isFirst: boolean }) {
  const { cells, look, readers } = line;
  return (
    <>
      <LinePath
        data={cells}
        x={(cell) => x(cell.cases)}
        y={(cell) => y(powerOf(cell))}
        stroke={look.colour}
        strokeWidth={1.75}
        strokeDasharray={look.dash}
        fill="none"
      />
      {cells.map((cell, index) => (
        <Mark
          key={cell.cases}
          text={`${readers} readers, ${cell.cases} cases: power ${powerText(cell)}`}
          isFirst={isFirst && index === 0}
        >
          <path
            d={look.marker}
            transform={`translate(${x(cell.cases)} ${y(powerOf(cell))})`}
            fill={look.colour}
            stroke="var(--figure-ink)"
          />
        </Mark>
      ))}
    </>
  );
}

function Legend({ line: { look, readers, cells }, top }: { line: Line; top: number }) {
  return (
    <Group left={WIDTH + 16} top={top}>
      <line x1={0} x2={28} y1={0} y2={0} stroke={look.colour} strokeWidth={2} strokeDasharray={look.dash} />
      <path d={look.marker} transform="translate(14 0)" fill={look.colour} stroke="var(--figure-ink)" />
      <text x={36} y={4} fontSize={12}>
        {readers} reader{readers === 1 ? "" : "s"}
        {cells.length === 0 ? ": none" : ""}
      </text>
    </Group>
  );
}
