import { Group } from "@visx/group";
import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { type CurvePoint, markedPoints, probabilityText } from "@/domain/operatingLayers";
import { Mark } from "@/ui/charts/Mark";
import { UnitAxes } from "./UnitAxes";

const SIDE = 300;
const MARGIN = { top: 10, left: 56, right: 20, bottom: 70 };

interface LayerCurvePlotProps {
  curve: CurvePoint[];
  hasShift: boolean;
}

/** Which probability a layer makes of each score; with a prevalence shift, before it too. */
export function LayerCurvePlot({ curve, hasShift }: LayerCurvePlotProps) {
  const x = scaleLinear<number>({ domain: [0, 1], range: [0, SIDE] });
  const y = scaleLinear<number>({ domain: [0, 1], range: [SIDE, 0] });
  const width = MARGIN.left + SIDE + MARGIN.right;
  const height = MARGIN.top + SIDE + MARGIN.bottom;
  const at = { x: ({ score }: CurvePoint) => x(score), fill: "none" };
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>What the layer makes of a score</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <Group left={MARGIN.left} top={MARGIN.top}>
        <UnitAxes x={x} y={y} side={SIDE} xLabel="Score" yLabel="Probability through the layer" />
        {hasShift && <LinePath data={curve} {...at} y={({ calibrated }) => y(calibrated)} {...UNSHIFTED} />}
        <LinePath data={curve} {...at} y={({ used }) => y(used)} {...USED} />
        {markedPoints(curve).map((point, index) => (
          <Mark key={point.score} text={pointText(point, hasShift)} isFirst={index === 0}>
            <circle
              cx={x(point.score)}
              cy={y(point.used)}
              r={4}
              fill="var(--figure-ai)"
              stroke="var(--figure-ink)"
            />
          </Mark>
        ))}
      </Group>
      {hasShift && (
        <Group left={MARGIN.left} top={MARGIN.top + SIDE + 54}>
          <Key left={0} look={USED} text="with the shift" />
          <Key left={160} look={UNSHIFTED} text="without" />
        </Group>
      )}
    </svg>
  );
}

const USED = { stroke: "var(--figure-ai)", strokeWidth: 2.5, strokeDasharray: "" };
const UNSHIFTED = { stroke: "var(--figure-faint)", strokeWidth: 2, strokeDasharray: "7 4" };

function Key({ left, look, text }: { left: number; look: typeof USED; text: string }) {
  return (
    <Group left={left}>
      <line x1={0} x2={34} y1={0} y2={0} {...look} />
      <text x={42} y={4} fontSize={12}>
        {text}
      </text>
    </Group>
  );
}

function pointText({ score, calibrated, used }: CurvePoint, hasShift: boolean): string {
  const unshifted = hasShift ? `, without the shift ${probabilityText(calibrated)}` : "";
  return `A score of ${score} becomes ${probabilityText(used)}${unshifted}`;
}
