import { AxisBottom } from "@visx/axis";
import { GridColumns } from "@visx/grid";
import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import {
  type BinaryMeasure,
  binaryOutcome,
  isUndefined,
  type Outcome,
  type Participant,
} from "@/domain/analysisResult";
import { outcomeDetail, outcomeText } from "@/domain/resultText";
import { type Look, looksOf } from "@/ui/charts/looks";
import { Mark } from "@/ui/charts/Mark";

const NAME_WIDTH = 170;
const PLOT_WIDTH = 250;
const TEXT_WIDTH = 190;
const ROW = 28;
const TOP = 8;
const BOTTOM = 42;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const LONGEST_NAME = 20;

/** One line of a forest plot. */
export interface ForestRow {
  key: string;
  name: string;
  outcome: Outcome;
  look: Look;
  isBold: boolean;
  onOpen?: (() => void) | undefined;
}

interface ForestPlotProps {
  title: string;
  rows: ForestRow[];
}

/** The rows of a measure of every participant, the AI in bold. */
export function participantRows<P extends Participant>(
  participants: P[],
  measure: BinaryMeasure,
  onOpen: (participant: P) => (() => void) | undefined = () => undefined,
): ForestRow[] {
  const looks = looksOf(participants);
  return participants.flatMap((participant) => {
    const look = looks.get(participant.key);
    if (!look) return [];
    const isAi = participant.kind === "AI";
    return {
      key: participant.key,
      name: isAi ? `AI: ${participant.name}` : participant.name,
      outcome: binaryOutcome(participant, measure),
      look,
      isBold: isAi,
      onOpen: onOpen(participant),
    };
  });
}

/** One measure of everybody with its interval, always on the whole scale from 0 to 1. */
export function ForestPlot({ title, rows }: ForestPlotProps) {
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, PLOT_WIDTH] });
  const width = NAME_WIDTH + PLOT_WIDTH + TEXT_WIDTH;
  const plotHeight = rows.length * ROW;
  const height = TOP + plotHeight + BOTTOM;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{title}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={NAME_WIDTH} top={TOP}>
        <GridColumns scale={x} height={plotHeight} tickValues={TICKS} stroke="var(--figure-grid)" />
        <AxisBottom
          scale={x}
          top={plotHeight}
          tickValues={TICKS}
          tickFormat={(value) => value.valueOf().toFixed(1)}
          stroke="var(--figure-faint)"
          tickStroke="var(--figure-faint)"
          tickLabelProps={{ fontSize: 11, fill: "var(--figure-ink)", textAnchor: "middle" }}
          label={title}
          labelProps={{ fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" }}
        />
      </Group>
      {rows.map((row, index) => (
        <Row
          key={row.key}
          row={row}
          middle={TOP + index * ROW + ROW / 2}
          x={(value) => NAME_WIDTH + x(value)}
          isFirst={index === 0}
        />
      ))}
    </svg>
  );
}

interface RowProps {
  row: ForestRow;
  middle: number;
  x: (value: number) => number;
  isFirst: boolean;
}

function Row({ row: { name, outcome, look, isBold, onOpen }, middle, x, isFirst }: RowProps) {
  const shortName = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
  // As it stands there: what is read aloud begins with the words that are seen.
  const text = `${name} ${outcomeText(outcome)}\n${outcomeDetail(outcome)}`;
  return (
    <Mark text={text} isFirst={isFirst} onOpen={onOpen}>
      {/* The whole row answers to the pointer, not only its thin lines. */}
      <rect
        x={0}
        y={middle - ROW / 2}
        width={NAME_WIDTH + PLOT_WIDTH + TEXT_WIDTH}
        height={ROW}
        fillOpacity={0}
      />
      {!isUndefined(outcome) && <Whisker outcome={outcome} look={look} middle={middle} x={x} />}
      {/* A reason is longer than a number and has no whisker in its way. */}
      <text y={middle + 4} fontSize={12}>
        <tspan x={0} fontWeight={isBold ? 700 : 400}>
          {shortName}
        </tspan>{" "}
        <tspan x={NAME_WIDTH + (isUndefined(outcome) ? 8 : PLOT_WIDTH + 14)}>{outcomeText(outcome)}</tspan>
      </text>
    </Mark>
  );
}

interface WhiskerProps {
  outcome: Exclude<Outcome, { undefined: string }>;
  look: Look;
  middle: number;
  x: (value: number) => number;
}

const CAP = 4;

function Whisker({ outcome, look, middle, x }: WhiskerProps) {
  const line = { stroke: look.colour, strokeWidth: 2 };
  return (
    <>
      {outcome.low !== null && outcome.high !== null && (
        <>
          <line x1={x(outcome.low)} x2={x(outcome.high)} y1={middle} y2={middle} {...line} />
          <line x1={x(outcome.low)} x2={x(outcome.low)} y1={middle - CAP} y2={middle + CAP} {...line} />
          <line x1={x(outcome.high)} x2={x(outcome.high)} y1={middle - CAP} y2={middle + CAP} {...line} />
        </>
      )}
      <path
        d={look.marker}
        transform={`translate(${x(outcome.value)} ${middle})`}
        fill={look.colour}
        stroke="var(--figure-ink)"
      />
    </>
  );
}
