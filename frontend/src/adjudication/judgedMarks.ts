import type { JudgedLesion } from "@/api/adjudication";
import { findingColour } from "@/domain/findingColours";
import type { LesionChoices } from "@/domain/lesionChoices";
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

/** The first mark of a lesion, to jump to; null where it has only segments. */
export function placeOfLesion(name: string, marks: ViewerMark[]): ViewerMark | null {
  return marks.find(({ id }) => id === name || id.startsWith(`${name} `)) ?? null;
}
