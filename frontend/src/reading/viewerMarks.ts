import type { AiPrediction } from "@/api/reading";
import { findingColour } from "@/domain/findingColours";
import type { Finding } from "@/domain/payload";
import type { ViewerMark } from "@/viewer";

/** The reader's marks as the images show them: those of one finding share its number and colour. */
export function ownMarks(findings: Finding[], isLocked: boolean): ViewerMark[] {
  return findings.flatMap(({ marks }, index) =>
    marks.map(({ id, geometry, text }): ViewerMark => {
      const label = text ? `${index + 1} ${text}` : String(index + 1);
      return { id, geometry, label, colour: findingColour(index), source: "READER", isLocked };
    }),
  );
}

export function aiMarks(ai: AiPrediction | null): ViewerMark[] {
  return (ai?.findings ?? []).map(({ id, geometry, score }) => ({
    id: aiMarkId(id),
    geometry,
    label: `AI ${score.toFixed(2)}`,
    source: "AI",
    isLocked: true,
  }));
}

/** Kept apart from the ids of the reader's own marks. */
export function aiMarkId(findingId: string): string {
  return `ai-${findingId}`;
}
