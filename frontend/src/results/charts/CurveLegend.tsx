import { Group } from "@visx/group";
import type { Participant } from "@/domain/analysisResult";
import type { Look } from "@/ui/charts/looks";

export const LEGEND_WIDTH = 290;
export const LEGEND_ROW = 40;
/** What fits beside a marker, in bold. */
const LONGEST_NAME = 34;

interface CurveLegendProps {
  rows: {
    participant: Pick<Participant, "key" | "kind" | "name">;
    look: Look;
    hasCurve: boolean;
    about: string;
  }[];
  left: number;
}

/** Whose curve and marker is which: by colour, dash and shape, so that it is told without colour too. */
export function CurveLegend({ rows, left }: CurveLegendProps) {
  return rows.map(({ participant, look, hasCurve, about }, index) => (
    <Group key={participant.key} left={left} top={index * LEGEND_ROW + 10}>
      {hasCurve && (
        <line x1={0} x2={34} y1={0} y2={0} stroke={look.colour} strokeWidth={2} strokeDasharray={look.dash} />
      )}
      <path d={look.marker} transform="translate(17 0)" fill={look.colour} stroke="var(--figure-ink)" />
      <text x={44} y={4} fontSize={12} fontWeight={participant.kind === "AI" ? 700 : 400}>
        {shortened(participant.kind === "AI" ? `AI: ${participant.name}` : participant.name)}
      </text>
      <text x={44} y={19} fontSize={11}>
        {about}
      </text>
    </Group>
  ));
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
