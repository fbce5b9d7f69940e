import type { CaseAi, CaseAnalysed, CaseRead } from "@/api/analysis";
import type { ImagesOfCase } from "@/api/reading";
import { findingColour } from "@/domain/findingColours";
import { geometriesOf, type ReferenceLesion } from "@/domain/lesions";
import { isAiSegment, isSegment } from "@/domain/payload";
import { placeMark } from "@/ui/placeMark";
import type { ViewerMark } from "@/viewer";

/** Whose marks are drawn: the truth's, each AI's, and each read's. */
export interface MarkLayer {
  key: string;
  name: string;
  marks: ViewerMark[];
}

/** Everything that is marked on a case: truth dotted and white, AI dashed and orange, each reader in a colour. */
export function layersOf(analysed: CaseAnalysed, studies: ImagesOfCase[]): MarkLayer[] {
  const truth = {
    key: "truth",
    name: "Truth",
    marks: analysed.lesions.flatMap((one) => lesionMarks(one, studies)),
  };
  const ai = analysed.ai.map((one, index) => ({
    key: `ai ${index}`,
    name: `AI: ${one.name}`,
    marks: aiMarks(one, index, studies),
  }));
  const reads = analysed.reads.map((read, index) => ({
    key: readKey(read),
    name: readName(read),
    marks: readMarks(read, findingColour(index)),
  }));
  return [truth, ...ai, ...reads].filter(({ marks }) => marks.length > 0);
}

/** What can be drawn: a segment is only led to, on the slice that shows most of it. */
export const drawn = ({ marks }: MarkLayer): ViewerMark[] =>
  marks.filter(({ geometry }) => geometry.kind === "SPHERE" || geometry.points_mm || geometry.points_px);

export const readKey = ({ revision_id, phase }: CaseRead): string => `${revision_id} ${phase}`;

export function readName({ reader, arm_name, phase, role, repeat_number }: CaseRead): string {
  const more = [
    arm_name,
    phase === "FIRST" && "before the AI",
    role === "ARBITRATION" && "arbitration",
    repeat_number > 0 && "hidden repeat",
  ];
  return `${reader} (${more.filter(Boolean).join(", ")})`;
}

const seriesOf = (studies: ImagesOfCase[]): string[] =>
  studies.flatMap(({ series }) => series.map(({ series_instance_uid }) => series_instance_uid));

function lesionMarks(lesion: ReferenceLesion, studies: ImagesOfCase[]): ViewerMark[] {
  return geometriesOf(lesion).map((geometry, index): ViewerMark => {
    const id = `truth ${lesion.id} ${index}`;
    if (isAiSegment(geometry)) return { ...placeMark(id, geometry), source: "REFERENCE", label: lesion.id };
    // What names nothing of an image, as a CSV, is in the millimetres of the first study.
    const isPlaced =
      geometry.sop_instance_uid || geometry.series_instance_uid || geometry.frame_of_reference_uid;
    const seriesInstanceUids = seriesOf(isPlaced ? studies : studies.slice(0, 1));
    return {
      id,
      geometry,
      label: `truth ${lesion.id}`,
      source: "REFERENCE",
      isLocked: true,
      seriesInstanceUids,
    };
  });
}

function aiMarks(ai: CaseAi, number: number, studies: ImagesOfCase[]): ViewerMark[] {
  const about = studies.filter((one) => one.study_instance_uid === ai.study_instance_uid);
  return ai.findings.map(({ id: finding, score, geometry }): ViewerMark => {
    const id = `ai ${number} ${finding}`;
    const label = score === null ? "AI" : `AI ${score.toFixed(2)}`;
    if (isAiSegment(geometry)) return { ...placeMark(id, geometry), source: "AI", label };
    return { id, geometry, label, source: "AI", isLocked: true, seriesInstanceUids: seriesOf(about) };
  });
}

function readMarks(read: CaseRead, colour: string): ViewerMark[] {
  return read.findings.flatMap(({ marks }, finding) =>
    marks.map(({ id: mark, geometry }): ViewerMark => {
      const id = `${readKey(read)} ${mark}`;
      const label = `${read.reader} ${finding + 1}`;
      if (isSegment(geometry)) return { ...placeMark(id, geometry), label };
      return { id, geometry, label, colour, source: "READER", isLocked: true };
    }),
  );
}
