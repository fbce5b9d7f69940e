import { AxisBottom, AxisLeft } from "@visx/axis";
import { GridColumns, GridRows } from "@visx/grid";
import type { scaleLinear } from "@visx/scale";

export type UnitScale = ReturnType<typeof scaleLinear<number>>;

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const LABEL = { fontSize: 12, fill: "var(--figure-ink)", textAnchor: "middle" as const };

interface UnitAxesProps {
  x: UnitScale;
  y: UnitScale;
  side: number;
  xLabel: string;
  yLabel: string;
  /** Left out where the diagonal means nothing. */
  hasDiagonal?: boolean;
  /** Of a horizontal axis that does not end at 1: about how many ticks, in as many decimals as they need. */
  xTicks?: number;
}

function oneDecimal(value: { valueOf(): number }): string {
  return value.valueOf().toFixed(1);
}

/** Both axes of a square from 0 to 1, with the diagonal. */
export function UnitAxes({ x, y, side, xLabel, yLabel, hasDiagonal = true, xTicks }: UnitAxesProps) {
  const columns = xTicks === undefined ? TICKS : x.ticks(xTicks);
  const xFormat = xTicks === undefined ? oneDecimal : x.tickFormat(xTicks);
  const shared = {
    stroke: "var(--figure-faint)",
    tickStroke: "var(--figure-faint)",
  };
  const tickLabel = { fontSize: 11, fill: "var(--figure-ink)" };
  return (
    <>
      <GridRows scale={y} width={side} tickValues={TICKS} stroke="var(--figure-grid)" />
      <GridColumns scale={x} height={side} tickValues={columns} stroke="var(--figure-grid)" />
      {hasDiagonal && (
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="var(--figure-faint)" strokeDasharray="3 4" />
      )}
      <AxisBottom
        {...shared}
        scale={x}
        tickValues={columns}
        tickFormat={xFormat}
        top={side}
        label={xLabel}
        labelProps={LABEL}
        tickLabelProps={{ ...tickLabel, textAnchor: "middle" }}
      />
      <AxisLeft
        {...shared}
        scale={y}
        tickValues={TICKS}
        tickFormat={oneDecimal}
        label={yLabel}
        labelProps={LABEL}
        labelOffset={34}
        tickLabelProps={{ ...tickLabel, textAnchor: "end", dx: "-0.25em", dy: "0.25em" }}
      />
    </>
  );
}
