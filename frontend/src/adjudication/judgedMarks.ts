import type { JudgedLesion } from "@/api/adjudication";
import { findingColour } from "@/domain/findingColours";
import type { LesionChoices } from "@/domain/lesionChoices";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import type { Segment } from "@/domain/segments";
import { placeMark } from "@/ui/placeMark";
import type { ViewerMark } from "@/viewer";

const OWN_COLOUR = "rgb(255, 255, 255)";

/** The colour of a reader of this case: A has the first. */
export function readerColour(letter: string): string {
  return findingColour(letter.charCodeAt(letter.length - 1) - "A".charCodeAt(0));
}

/** The readers' marks under their letters, and the adjudicator's own points. */
export function judgedMarks(lesions: JudgedLesion[], added: LesionChoices["added"]): ViewerMark[] {
  const readers = lesions.flatMap(({ id, marks }) =>
    marks.flatMap(({ reader, geometries }) =>
      geometries.map(
        (geometry, index): ViewerMark => ({
          id: `${id} ${reader} ${index}`,
          geometry,
          label: `${id} ${reader}`,
          colour: readerColour(reader),
          source: "READER",
          isLocked: true,
        }),
      ),
    ),
  );
  return [...readers, ...added.map((one) => ownPoint(one))];
}

function ownPoint({ lesion, geometry }: LesionChoices["added"][number]): ViewerMark {
  return { id: lesion, geometry, label: lesion, colour: OWN_COLOUR, source: "READER", isLocked: true };
}

/** The digests of what the readers have painted. */
export function digestsOf(lesions: JudgedLesion[]): string[] {
  const painted = lesions.flatMap(({ marks }) => marks.flatMap(({ segments }) => segments));
  return [...new Set(painted.map(({ sha256 }) => sha256))];
}

/** What the readers have painted, each in their colour: hatched, for none of it is the adjudicator's own. */
export function judgedSegments(
  lesions: JudgedLesion[],
  voxels: ReadonlyMap<string, Segment>,
): SegmentOverlay[] {
  return lesions.flatMap(({ marks }) =>
    marks.flatMap(({ reader, segments }) =>
      segments.flatMap(({ sha256 }): SegmentOverlay[] => {
        const painted = voxels.get(sha256);
        const colour = channelsOf(readerColour(reader));
        return painted ? [{ voxels: painted, colour, fill: 0.35, line: 1, isForeign: true }] : [];
      }),
    ),
  );
}

function channelsOf(colour: string): SegmentOverlay["colour"] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The first mark of a lesion, to jump to; where it has only segments, the slice that shows most of the first. */
export function placeOfLesion(name: string, marks: ViewerMark[], lesions: JudgedLesion[]): ViewerMark | null {
  const drawn = marks.find(({ id }) => id === name || id.startsWith(`${name} `));
  if (drawn) return drawn;
  const lesion = lesions.find(({ id }) => id === name);
  const painted = lesion?.marks.flatMap(({ segments }) => segments)[0];
  return painted ? placeMark(name, painted) : null;
}
