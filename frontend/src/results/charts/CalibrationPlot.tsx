import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { type Calibration, type CalibrationBin, isUndefined } from "@/domain/analysisResult";
import type { DescribedBin } from "@/domain/description";
import { decimal, outcomeDetail, outcomeText } from "@/domain/resultText";
import { Mark } from "@/ui/charts/Mark";
import { UnitAxes, type UnitScale } from "./UnitAxes";

const SIDE = 340;
const HISTOGRAM = 90;
const GAP = 64;
const MARGIN = { top: 10, left: 56, right: 20, bottom: 30 };
const CAP = 4;

interface CalibrationPlotProps {
  calibration: Calibration;
  /** Whose scores, where not the one AI's. */
  name?: string;
  /** Opens the cases of a bin. */
  openBin?: (bin: DescribedBin) => (() => void) | undefined;
}

/** Observed share of positive cases against the mean score in bins, and how many cases each bin has. */
export function CalibrationPlot({ calibration, name = "the AI", openBin }: CalibrationPlotProps) {
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, SIDE] });
  const y = scaleLinear<number>({ domain: [0, 1], range: [SIDE, 0] });
  const most = Math.max(1, ...calibration.bins.map((bin) => bin.n));
  const count = scaleLinear<number>({ domain: [0, most], range: [HISTOGRAM, 0] });
  const filled = calibration.bins.filter((bin) => bin.n > 0);
  const width = MARGIN.left + SIDE + MARGIN.right;
  const height = MARGIN.top + SIDE + GAP + HISTOGRAM + MARGIN.bottom;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{`Calibration of ${name}`}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <UnitAxes x={x} y={y} side={SIDE} xLabel={`Mean score of ${name}`} yLabel="Observed share positive" />
        {filled.map((bin, index) => (
          <Point key={bin.low} bin={bin} x={x} y={y} isFirst={index === 0} onOpen={openBin?.(bin)} />
        ))}
      </Group>
      <Group left={MARGIN.left} top={MARGIN.top + SIDE + GAP}>
        <line x1={0} x2={SIDE} y1={HISTOGRAM} y2={HISTOGRAM} stroke="var(--figure-faint)" />
        {filled.map((bin) => (
          <Bar key={bin.low} bin={bin} x={x} count={count} onOpen={openBin?.(bin)} />
        ))}
        <text x={SIDE / 2} y={HISTOGRAM + 20} fontSize={12} textAnchor="middle">
          Cases per bin (coloured part: positive)
        </text>
      </Group>
    </svg>
  );
}

function binText(bin: CalibrationBin): string {
  const mean = bin.mean_probability === null ? "" : `, mean score ${decimal(bin.mean_probability)}`;
  return [
    `Scores ${bin.low}–${bin.high}: ${bin.n} cases, ${bin.events} positive${mean}`,
    `observed ${outcomeText(bin.observed)}, ${outcomeDetail(bin.observed)}`,
  ].join("\n");
}

interface BinProps {
  bin: CalibrationBin;
  x: UnitScale;
  onOpen: (() => void) | undefined;
}

function Point({ bin, x, y, isFirst, onOpen }: BinProps & { y: UnitScale; isFirst: boolean }) {
  const { observed, mean_probability: mean } = bin;
  if (isUndefined(observed) || mean === null) return null;
  const at = x(mean);
  const line = { stroke: "var(--figure-ai)", strokeWidth: 2 };
  return (
    <Mark text={binText(bin)} isFirst={isFirst} onOpen={onOpen}>
      {observed.low !== null && observed.high !== null && (
        <>
          <line x1={at} x2={at} y1={y(observed.low)} y2={y(observed.high)} {...line} />
          <line x1={at - CAP} x2={at + CAP} y1={y(observed.low)} y2={y(observed.low)} {...line} />
          <line x1={at - CAP} x2={at + CAP} y1={y(observed.high)} y2={y(observed.high)} {...line} />
        </>
      )}
      <circle cx={at} cy={y(observed.value)} r={5} fill="var(--figure-ai)" stroke="var(--figure-ink)" />
    </Mark>
  );
}

function Bar({ bin, x, count, onOpen }: BinProps & { count: UnitScale }) {
  const left = x(bin.low) + 1;
  const width = Math.max(1, x(bin.high) - x(bin.low) - 2);
  return (
    <Mark text={binText(bin)} onOpen={onOpen}>
      <rect
        x={left}
        y={count(bin.n)}
        width={width}
        height={HISTOGRAM - count(bin.n)}
        fill="var(--figure-faint)"
      />
      <rect
        x={left}
        y={count(bin.events)}
        width={width}
        height={HISTOGRAM - count(bin.events)}
        fill="var(--figure-ai)"
      />
      <text x={left + width / 2} y={count(bin.n) - 4} fontSize={10} textAnchor="middle">
        {bin.n}
      </text>
    </Mark>
  );
}
