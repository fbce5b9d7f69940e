import type { AiFinding, Read } from "@/api/reading";
import { becomes, whyNotTaken } from "@/domain/aiBecomes";
import { isLocated, isMarkKind, type LocatedFindingQuestion, SEGMENT, sameCode } from "@/domain/labelSchema";
import {
  type AiSegmentGeometry,
  type Finding,
  type Geometry,
  isAiSegment,
  type Mark,
} from "@/domain/payload";
import { cornersAround } from "@/domain/segmentBounds";
import { type Segment, sliceKey } from "@/domain/segments";
import { aiMark, aiMarkOf } from "@/ui/ai/aiMarks";
import { studyAbout } from "../caseImages";
import { onlyCode } from "../FindingFields";
import type { Segments } from "../segments/useSegments";
import type { Images } from "../useImages";

/** Where a copy of an AI's finding is made. */
export interface CopyingPlace {
  read: Read;
  images: Images;
  segments: Segments;
  /** The voxels of the AI's segments by their digest. */
  voxels: ReadonlyMap<string, Segment>;
}

type Copied = Omit<Mark, "id">;

/** Why a finding of the AI cannot become one of the reader's own in this form; null when it can. */
export function refusalOfCopy({ geometry, code }: AiFinding, read: Read): string | null {
  return whyNotTaken(geometry.kind, questionFor(code, read));
}

/** The reader's own finding that an AI's finding becomes, on the slice where it lies; null where it lies on none. */
export async function copyFor(finding: AiFinding, place: CopyingPlace): Promise<Finding | null> {
  const question = questionFor(finding.code, place.read);
  const mark = question && (await copiedMark(finding, question, place));
  return question && mark ? copyOf(finding, question, { id: crypto.randomUUID(), ...mark }) : null;
}

async function copiedMark(
  finding: AiFinding,
  question: LocatedFindingQuestion,
  { read, images, segments, voxels }: CopyingPlace,
): Promise<Copied | null | undefined> {
  const { geometry } = finding;
  const about = studyAbout(read, finding.study_instance_uid);
  const allowed = question.tools.filter(isMarkKind);
  if (!isAiSegment(geometry))
    return images.viewer.current?.copyOfAiMark(aiMark({ ...finding, geometry }, about), allowed);
  const own = voxels.get(geometry.sha256);
  if (!own) return null;
  if (becomes(geometry.kind, question.tools) === SEGMENT) return segments.keepCopy(own);
  const around = rectangleAround(geometry, own);
  return around && images.viewer.current?.copyOfAiMark(aiMarkOf(finding, around, about), allowed);
}

/** Where the form knows no segments: the rectangle around the voxels on the slice that shows most of them. */
function rectangleAround(geometry: AiSegmentGeometry, { slices, columns }: Segment): Geometry | null {
  const { sop_instance_uid, frame_number, series_instance_uid, frame_of_reference_uid } = geometry;
  const slice = slices.get(sliceKey({ sopInstanceUid: sop_instance_uid, frameNumber: frame_number }));
  const points_px = slice && cornersAround(slice.counts, columns);
  if (!points_px) return null;
  const where = { sop_instance_uid, frame_number, series_instance_uid, frame_of_reference_uid };
  return { kind: "RECTANGLE", points_mm: null, points_px, ...where };
}

/** The question whose codes hold the AI's, else the only one that asks for marks. */
function questionFor(code: AiFinding["code"], read: Read): LocatedFindingQuestion | null {
  const located = read.label_schema.questions.filter(isLocated);
  const named = located.find(({ codes }) => codes.some((one) => sameCode(one, code)));
  return named ?? located[0] ?? null;
}

/** The AI's finding in the reader's words: its code where the form has it, its score as the confidence. */
function copyOf(finding: AiFinding, question: LocatedFindingQuestion, mark: Mark): Finding {
  return {
    id: crypto.randomUUID(),
    question: question.key,
    code: question.codes.find((code) => sameCode(code, finding.code)) ?? onlyCode(question),
    confidence: finding.score === null ? null : Math.round(100 * finding.score),
    answers: {},
    marks: [mark],
  };
}
