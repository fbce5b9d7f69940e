import type { PriorOfCase } from "@/api/reading";
import { findingColour } from "@/domain/findingColours";
import { type Finding, isSegment, type Mark } from "@/domain/payload";
import { placeMark } from "@/ui/placeMark";
import type { ViewerMark } from "@/viewer";

/** The reader's marks as the images show them: those of one finding share its number and colour. */
export function ownMarks(findings: Finding[], isLocked: boolean): ViewerMark[] {
  return findings.flatMap(({ marks }, index) =>
    marks.flatMap(({ id, geometry, text }): ViewerMark[] => {
      if (isSegment(geometry)) return [];
      const label = text ? `${index + 1} ${text}` : String(index + 1);
      return [{ id, geometry, label, colour: findingColour(index), source: "READER", isLocked }];
    }),
  );
}

/** Where the list leads to for a segment: the slice that shows most of it. */
export function segmentPlace({ id, geometry }: Mark): ViewerMark | null {
  return isSegment(geometry) ? placeMark(id, geometry) : null;
}

/** What the reader signed on the priors when they were cases: to compare with, not to change. */
export function priorMarks(priors: PriorOfCase[]): ViewerMark[] {
  return priors.flatMap(({ name, own_marks }) =>
    own_marks.map(({ id, finding, text, geometry }): ViewerMark => {
      const label = [name, finding, text].filter(Boolean).join(" ");
      return { id: `prior-${id}`, geometry, label, source: "PRIOR", isLocked: true };
    }),
  );
}
