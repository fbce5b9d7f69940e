import { Table } from "@mantine/core";
import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridRows } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { percentText } from "@/domain/resultText";
import { type Curves, curvesCsv, minutes } from "@/domain/triage";
import { Figure } from "@/ui/charts/Figure";
import { Mark } from "@/ui/charts/Mark";

const WIDTH = 440;
const HEIGHT = 280;
const MARGIN = { top: 12, left: 56, right: 220, bottom: 46 };
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };
const LEGEND_ROW = 20;
// A mark at every so manieth point: enough to read values from.
const MARK_EVERY = 8;

type Scale = ReturnType<typeof scaleLinear<number>>;

interface Line {
  title: string;
  values: number[];
  colour: string;
  dash: string;
}

interface WaitingFigureProps {
  curves: Curves;
  title: string;
  name: string;
}

/** Who still waits after how many minutes, in both orders. */
export function WaitingFigure({ curves, title, name }: WaitingFigureProps) {
  const lines = linesOf(curves);
  return (
    <Figure
      title={title}
      caption="The share of cases that nobody has begun to read so many minutes after they came. Solid lines: the AI's order; dashed: as they came. Lower is sooner."
      name={name}
      csv={() => curvesCsv(curves)}
      chart={<Chart title={title} curves={curves} lines={lines} />}
      table={<PointTable title={title} curves={curves} lines={lines} />}
    />
  );
}

function linesOf({ positives, negatives }: Curves): Line[] {
  const of = (whose: string, curve: Curves["positives"], colour: string): Line[] =>
    curve
      ? [
          { title: `${whose}, AI's order`, values: curve.triaged, colour, dash: "" },
          { title: `${whose}, as they came`, values: curve.first_come, colour, dash: "6 4" },
        ]
      : [];
  return [...of("Positive", positives, "var(--figure-ai)"), ...of("Negative", negatives, "var(--figure-1)")];
}

function Chart({ title, curves, lines }: { title: string; curves: Curves; lines: Line[] }) {
  const last = curves.minutes.at(-1) || 1;
  const x = scaleLinear<number>({ domain: [0, last], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [0, 1], range: [HEIGHT, 0] });
  const width = MARGIN.left + WIDTH + MARGIN.right;
  const height = MARGIN.top + HEIGHT + MARGIN.bottom;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{title}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <Axes x={x} y={y} />
        {lines.map((line, index) => (
          <Series key={line.title} line={line} at={curves.minutes} x={x} y={y} isFirst={index === 0} />
        ))}
        {lines.map(({ title: text, colour, dash }, index) => (
          <Group key={text} left={WIDTH + 16} top={10 + index * LEGEND_ROW}>
            <line x1={0} x2={28} y1={0} y2={0} stroke={colour} strokeWidth={2} strokeDasharray={dash} />
            <text x={36} y={4} fontSize={12} fill="var(--figure-ink)">
              {text}
            </text>
          </Group>
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
        label="Minutes since the case came"
        tickLabelProps={{ ...tick, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        numTicks={5}
        label="Still waiting"
        labelOffset={38}
        tickFormat={(value) => percentText(value.valueOf())}
        tickLabelProps={{ ...tick, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}

interface SeriesProps {
  line: Line;
  at: number[];
  x: Scale;
  y: Scale;
  isFirst: boolean;
}

function Series({ line, at, x, y, isFirst }: SeriesProps) {
  const points = at.map((moment, index) => ({ moment, share: line.values[index] ?? 0 }));
  return (
    <>
      <LinePath
        data={points}
        x={({ moment }) => x(moment)}
        y={({ share }) => y(share)}
        stroke={line.colour}
        strokeWidth={2}
        strokeDasharray={line.dash}
        fill="none"
      />
      {points
        .filter((_, index) => index % MARK_EVERY === 0)
        .map(({ moment, share }, index) => (
          <Mark
            key={moment}
            text={`${line.title}: ${percentText(share)} still wait after ${minutes(moment)} min`}
            isFirst={isFirst && index === 0}
          >
            <circle cx={x(moment)} cy={y(share)} r={3} fill={line.colour} />
          </Mark>
        ))}
    </>
  );
}

function PointTable({ title, curves, lines }: { title: string; curves: Curves; lines: Line[] }) {
  return (
    <Table.ScrollContainer minWidth={400} mah={330}>
      <Table aria-label={title} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Minutes</Table.Th>
            {lines.map(({ title: text }) => (
              <Table.Th key={text}>{text}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {curves.minutes.map((moment, index) => (
            <Table.Tr key={moment}>
              <Table.Th scope="row">{minutes(moment)}</Table.Th>
              {lines.map(({ title: text, values }) => (
                <Table.Td key={text}>{percentText(values[index] ?? 0)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
