import { Group } from "@visx/group";
import type { FlowCounts, FlowKind } from "@/domain/description";
import { Mark } from "@/ui/charts/Mark";

const WIDTH = 620;
const HEIGHT = 260;
const BAR = 26;
const SIDE = 150;
const TOP = 30;
// A kind with few decisions is still something to point at.
const THINNEST = 2;

interface Ribbon {
  kind: FlowKind;
  title: string;
  /** Right is the upper part of either bar. */
  from: "right" | "wrong";
  to: "right" | "wrong";
  colour: string;
  dash: string;
}

const RIBBONS: Ribbon[] = [
  {
    kind: "kept_right",
    title: "right before and after",
    from: "right",
    to: "right",
    colour: "var(--figure-2)",
    dash: "",
  },
  {
    kind: "harm",
    title: "right, then wrong",
    from: "right",
    to: "wrong",
    colour: "var(--figure-ai)",
    dash: "7 4",
  },
  {
    kind: "benefit",
    title: "wrong, then right",
    from: "wrong",
    to: "right",
    colour: "var(--figure-1)",
    dash: "2 3",
  },
  {
    kind: "kept_wrong",
    title: "wrong before and after",
    from: "wrong",
    to: "wrong",
    colour: "var(--figure-faint)",
    dash: "9 3 2 3",
  },
]; // prettier-ignore

interface ChangeFlowProps {
  before: string;
  after: string;
  counts: FlowCounts;
  open: (kind: FlowKind, title: string) => () => void;
}

/** What became of every decision: from right or wrong before to right or wrong after. Each ribbon says its count. */
export function ChangeFlow({ before, after, counts, open }: ChangeFlowProps) {
  const total = RIBBONS.reduce((sum, { kind }) => sum + counts[kind], 0);
  const perDecision = total > 0 ? HEIGHT / total : 0;
  const width = 2 * SIDE + WIDTH;
  const height = TOP + HEIGHT + 20;
  const starts = { left: { right: 0, wrong: 0 }, right: { right: 0, wrong: 0 } };
  const sizes = {
    left: { right: counts.kept_right + counts.harm, wrong: counts.benefit + counts.kept_wrong },
    right: { right: counts.kept_right + counts.benefit, wrong: counts.harm + counts.kept_wrong },
  };
  starts.left.wrong = sizes.left.right * perDecision;
  starts.right.wrong = sizes.right.right * perDecision;
  const drawn = RIBBONS.map((ribbon) => {
    const size = counts[ribbon.kind] * perDecision;
    const y0 = starts.left[ribbon.from];
    const y1 = starts.right[ribbon.to];
    starts.left[ribbon.from] += size;
    starts.right[ribbon.to] += size;
    return { ribbon, size, y0, y1 };
  });
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{`From ${before} to ${after}`}</title>
      <rect width={width} height={height} fill="var(--figure-paper)" />
      <text x={SIDE} y={18} fontSize={12} fontWeight={700} textAnchor="middle">
        {before}
      </text>
      <text x={SIDE + WIDTH} y={18} fontSize={12} fontWeight={700} textAnchor="middle">
        {after}
      </text>
      <Group left={SIDE} top={TOP}>
        {drawn.map(({ ribbon, size, y0, y1 }, index) => (
          <RibbonMark
            key={ribbon.kind}
            ribbon={ribbon}
            count={counts[ribbon.kind]}
            total={total}
            path={ribbonPath(y0, y1, Math.max(size, counts[ribbon.kind] > 0 ? THINNEST : 0))}
            labelAt={0.5 * (y0 + y1 + size)}
            isFirst={index === 0}
            onOpen={open(ribbon.kind, ribbon.title)}
          />
        ))}
        <SideBar x={-BAR} counts={sizes.left} perDecision={perDecision} anchor="end" />
        <SideBar x={WIDTH} counts={sizes.right} perDecision={perDecision} anchor="start" />
      </Group>
    </svg>
  );
}

function ribbonPath(y0: number, y1: number, size: number): string {
  const middle = WIDTH / 2;
  return [
    `M0,${y0}`,
    `C${middle},${y0} ${middle},${y1} ${WIDTH},${y1}`,
    `V${y1 + size}`,
    `C${middle},${y1 + size} ${middle},${y0 + size} 0,${y0 + size}Z`,
  ].join("");
}

interface RibbonMarkProps {
  ribbon: Ribbon;
  count: number;
  total: number;
  path: string;
  labelAt: number;
  isFirst: boolean;
  onOpen: () => void;
}

function RibbonMark({ ribbon, count, total, path, labelAt, isFirst, onOpen }: RibbonMarkProps) {
  if (count === 0) return null;
  const share = ((100 * count) / total).toFixed(1);
  return (
    <Mark
      text={`${ribbon.title}: ${count} of ${total} decisions (${share} %)`}
      isFirst={isFirst}
      onOpen={onOpen}
    >
      <path
        d={path}
        fill={ribbon.colour}
        fillOpacity={0.35}
        stroke={ribbon.colour}
        strokeWidth={1.5}
        strokeDasharray={ribbon.dash}
      />
      {/* Where two ribbons cross, their words stand apart. */}
      <text
        x={WIDTH * (ribbon.kind === "benefit" ? 0.3 : ribbon.kind === "harm" ? 0.7 : 0.5)}
        y={labelAt + 4}
        fontSize={12}
        textAnchor="middle"
      >
        {`${ribbon.title}: ${count}`}
      </text>
    </Mark>
  );
}

interface SideBarProps {
  x: number;
  counts: { right: number; wrong: number };
  perDecision: number;
  anchor: "start" | "end";
}

function SideBar({ x, counts, perDecision, anchor }: SideBarProps) {
  const textX = anchor === "end" ? x - 8 : x + BAR + 8;
  const split = counts.right * perDecision;
  return (
    <>
      <rect x={x} y={0} width={BAR} height={split} fill="var(--figure-grid)" stroke="var(--figure-ink)" />
      <rect
        x={x}
        y={split}
        width={BAR}
        height={counts.wrong * perDecision}
        fill="var(--figure-faint)"
        stroke="var(--figure-ink)"
      />
      <text x={textX} y={split / 2 + 4} fontSize={12} textAnchor={anchor}>
        right: {counts.right}
      </text>
      <text x={textX} y={split + (counts.wrong * perDecision) / 2 + 4} fontSize={12} textAnchor={anchor}>
        wrong: {counts.wrong}
      </text>
    </>
  );
}
