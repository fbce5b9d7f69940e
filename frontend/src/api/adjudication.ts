import { queryOptions } from "@tanstack/react-query";
import type { Geometry, ShownSegment } from "@/domain/payload";
import { readerStudyKey } from "./readerStudies";
import type { ImagesOfCase } from "./reading";
import type { ReferenceVersions } from "./reference";
import { segmentsBelow } from "./segments";
import { call } from "./send";

/** What of the readers a round shows: their answers, their marks too, or nothing. */
export type Shows = "ANSWERS" | "MARKS" | "HIDDEN";

/** A round as its coordinator sees it. */
export interface AdjudicationRound {
  number: number;
  base_version: number;
  seed: string;
  shows: Shows;
  question: string;
  created_at: string;
  created_by: string;
  /** Null while answers are masked, as the next: they tell how often readers disagree. */
  number_of_cases: number | null;
  number_decided: number | null;
  is_decided: boolean;
  result_version: number | null;
}

export interface RoundRequest {
  base_version: number;
  open_cases: boolean;
  disagreement: boolean;
  /** Keys of questions on which the reads of those who voted are compared. */
  disagreement_questions: string[];
  confidence_question: string | null;
  low_confidence_below: number | null;
  random_percent: number;
  lesion_not_all: boolean;
  lesion_distance_above_mm: number | null;
  lesion_iou_below: number | null;
  shows: Shows;
  question: string;
}

export interface RoundCase {
  id: string;
  position: number;
  case: string;
  reasons: (
    | "OPEN"
    | "DISAGREEMENT"
    | "LOW_CONFIDENCE"
    | "RANDOM"
    | "LESION_NOT_ALL"
    | "LESION_APART"
    | "LESION_OVERLAP"
  )[];
  outcome: JudgedOutcome | null;
  decided_by: string | null;
}

export type JudgedOutcome = "POSITIVE" | "NEGATIVE" | "EXCLUDED";

/** A case as its adjudicator sees it in the list. */
export interface CaseToJudge {
  id: string;
  position: number;
  case: string;
  is_decided: boolean;
}

/** A lesion as the readers marked it, under the letters of its case. */
export interface JudgedLesion {
  id: string;
  /** Whether it can be accepted as the consensus of its marks. */
  has_mean: boolean;
  /** Segments lie over the images: they have no outline that could be accepted. */
  marks: { reader: string; geometries: Geometry[]; segments: ShownSegment[] }[];
}

/** What became of a lesion: accepted with an outline (a reader's letter, or MEAN), rejected, or added as a point. */
export interface LesionDecision {
  lesion: string;
  decision: "ACCEPTED" | "REJECTED" | "ADDED";
  outline: string | null;
  geometry: Geometry | null;
}

export interface JudgedCase {
  id: string;
  reader_study_id: string;
  position: number;
  case: string;
  question: string;
  imaging_study: ImagesOfCase;
  /** Those that are read together with it, in order. */
  further_imaging_studies: ImagesOfCase[];
  /** The clinical text, where every arm shows it. */
  case_text: { version: number | null; text: string } | null;
  /** Under letters of this case alone; empty where the round hides them. */
  readers: { name: string; answers: { question: string; answer: string }[] }[];
  /** Empty unless the round shows marks. */
  lesions: JudgedLesion[];
  shows: Shows;
  decision: {
    number: number;
    outcome: JudgedOutcome;
    comment: string;
    lesions: LesionDecision[];
    created_at: string;
  } | null;
  is_decided_by_another: boolean;
}

const base = (id: string) => `/api/v1/reader-studies/${id}`;

export const roundsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "adjudications"],
    queryFn: ({ signal }) => call<AdjudicationRound[]>("GET", `${base(id)}/adjudications`, { signal }),
  });

export const roundCasesQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "adjudications", number],
    queryFn: ({ signal }) => call<RoundCase[]>("GET", `${base(id)}/adjudications/${number}`, { signal }),
  });

export const beginRound = (id: string, body: RoundRequest) =>
  call<AdjudicationRound[]>("POST", `${base(id)}/adjudications`, { body });

export const finishRound = (id: string, number: number) =>
  call<ReferenceVersions>("POST", `${base(id)}/adjudications/${number}/reference-standard`);

export const casesToJudgeQuery = (id: string) =>
  queryOptions({
    queryKey: ["adjudication", id],
    queryFn: ({ signal }) => call<CaseToJudge[]>("GET", `${base(id)}/adjudication-cases`, { signal }),
  });

export const judgedCaseQuery = (caseId: string) =>
  queryOptions({
    queryKey: ["adjudication-case", caseId],
    queryFn: ({ signal }) => call<JudgedCase>("GET", `/api/v1/adjudication-cases/${caseId}`, { signal }),
  });

/** The voxels of the segments that a case shows, by their digest; each look is an event of the audit trail. */
export function judgedSegmentsQuery(caseId: string, digests: string[]) {
  return queryOptions({
    queryKey: ["adjudication-case", caseId, "segments", digests],
    queryFn: ({ signal }) =>
      segmentsBelow(`/api/v1/adjudication-cases/${caseId}/segments`, digests, { signal, whose: "a reader" }),
    enabled: digests.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

export const decideCase = (
  caseId: string,
  body: { base_number: number; outcome: JudgedOutcome; comment: string; lesions: LesionDecision[] },
) => call<JudgedCase>("POST", `/api/v1/adjudication-cases/${caseId}/decision`, { body });
