import { queryOptions } from "@tanstack/react-query";
import type { ReferenceLesion } from "@/domain/lesions";
import type { Geometry } from "@/domain/payload";
import { readerStudyKey } from "./readerStudies";
import { segmentsBelow } from "./segments";
import { call } from "./send";

export type FileKind = "CSV" | "JSON" | "SEG" | "SR";
export type ReferenceSource = FileKind | "FILES" | "DEMO" | "CONSENSUS" | "ADJUDICATION";

export interface ReferenceLock {
  username: string;
  full_name: string;
  locked_at: string;
  meaning: string;
  meaning_text: string;
  reason: string;
  digest: string;
}

/** A version of the reference standard. Results can be opened by it once it is locked. */
export interface ReferenceVersion {
  version: number;
  source: ReferenceSource;
  provenance: string;
  /** The version that files were added to. */
  base_version: number | null;
  digest: string;
  created_at: string;
  created_by: string;
  /** The counts are null while the version is masked. */
  number_positive: number | null;
  number_negative: number | null;
  number_excluded: number | null;
  number_for_adjudication: number | null;
  /** Made of answers that this coordinator does not see yet. */
  is_masked: boolean;
  /** What a consensus was made by; empty for what was imported. */
  rule: { lesions?: LesionsRequest };
  lock: ReferenceLock | null;
}

export interface ReferenceVersions {
  /** What locking a version means now: after a first lock it amends, and needs a reason. */
  lock_meaning: { code: "REFERENCE_STANDARD" | "AMENDMENT"; text: string };
  versions: ReferenceVersion[];
}

const base = (id: string) => `/api/v1/reader-studies/${id}/reference-standards`;

export const referenceVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standards"],
    queryFn: ({ signal }) => call<ReferenceVersions>("GET", base(id), { signal }),
  });

export const lockReferenceStandard = (
  id: string,
  { version, password, reason }: { version: number; password: string; reason: string },
) => call<ReferenceVersions>("POST", `${base(id)}/${version}/lock`, { body: { password, reason } });

export type ConsensusKind = "MAJORITY" | "UNANIMOUS" | "ANY" | "WEIGHTED";
export type ConsensusOutcome = "POSITIVE" | "NEGATIVE" | "EXCLUDED" | "ADJUDICATION";
export type OutcomeReason =
  | "AGREED"
  | "BY_RULE"
  | "TIED"
  | "TOO_FEW"
  | "CARRIED"
  | "IMPORTED"
  | "ADJUDICATED"
  | "CONTRADICTED";

/** Who votes, on which question, and by which rule. */
export interface ConsensusRequest {
  kind: ConsensusKind;
  question: string;
  positive_from: number | null;
  arm: string | null;
  ties: ConsensusOutcome;
  missing: ConsensusOutcome;
  minimum_votes: number;
  readers: { user_id: string; weight: number }[];
  /** Which marks are matched to lesions; null for none. */
  lesions: LesionsRequest | null;
}

export interface LesionsRequest {
  question: string;
  criterion: "DISTANCE" | "IOU";
  max_distance_mm: number | null;
  min_iou: number | null;
  /** What segments on a lesion come to. */
  voxels: "MAJORITY" | "STAPLE";
}

/** A reader's finding on a lesion; without a place in millimetres it has neither centre nor size. */
export interface LesionMark {
  key: string;
  reader: string;
  reader_id: string;
  read_id: string;
  center_mm: [number, number, number] | null;
  diameter_mm: number | null;
  confidence: number | null;
  kinds: string[];
}

/** What readers have marked as one lesion, and what the rule makes of it. */
export interface Lesion {
  id: string;
  outcome: ConsensusOutcome;
  reason: "AGREED" | "BY_RULE" | "TIED" | "TOO_FEW" | "NO_PLACE";
  marks: LesionMark[];
  unmarked: { reader: string; reader_id: string; read_id: string }[];
  largest_distance_mm: number | null;
  smallest_iou: number | null;
}

export interface Matching {
  lesions: Lesion[];
  /** The number of the correction by which they are grouped. */
  correction: number | null;
  is_correction_outdated: boolean;
}

export interface Vote {
  reader: string;
  revision_id: string;
  read_id: string;
  answer: boolean | number;
  is_positive: boolean;
  weight: string;
}

/** What a version says, or a rule would say, about one case. */
export interface CaseOutcome {
  case: string;
  case_id: string;
  outcome: ConsensusOutcome;
  reason: OutcomeReason;
  truth: 0 | 1 | null;
  lesions: ReferenceLesion[];
  votes: Vote[];
  /** Null where marks were not matched. */
  matching: Matching | null;
  /** Of what a version says, not of a preview. */
  adjudicated?: { adjudicator: string; comment: string; decided_at: string } | null;
}

export interface Consensus {
  digest: string;
  rule: { arm: string; lesions?: LesionsRequest };
  counts: Record<string, number>;
  cases: CaseOutcome[];
}

/** What a version says, case by case. Each look is an event of the audit trail, so it is asked for on a click. */
export const referenceTruthsQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standards", version],
    queryFn: ({ signal }) => call<CaseOutcome[]>("GET", `${base(id)}/${version}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How the findings of a case are grouped: keys, a list for each lesion; null as the rule matches them. */
export interface LesionCorrection {
  case_id: string;
  arm: string;
  question: string;
  base_number: number;
  groups: string[][] | null;
  reason: string;
}

export const correctLesions = (id: string, body: LesionCorrection) =>
  call<unknown>("POST", `/api/v1/reader-studies/${id}/lesion-corrections`, { body });

/** A finding's marks on a case, by its key; a segment is not among them. */
export interface CaseMark {
  key: string;
  reader: string;
  geometries: Geometry[];
}

/** The marks that readers have signed on a case. Each look is an event of the audit trail. */
export const caseMarksQuery = (id: string, caseId: string, arm: string, question: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "cases", caseId, "marks", arm, question],
    queryFn: ({ signal }) => {
      const which = [arm, question].map(encodeURIComponent).join("/");
      return call<CaseMark[]>("GET", `/api/v1/reader-studies/${id}/cases/${caseId}/marks/${which}`, {
        signal,
      });
    },
  });

/** Files of one version, what they add to, and where fractional segments are cut. */
export interface ReferenceFiles {
  files: File[];
  baseVersion: number | null;
  threshold: number;
}

export interface FilesPreview {
  digest: string;
  base_version: number | null;
  /** The newest version, where it says all of this already: then nothing is stored. */
  repeats_version: number | null;
  files: {
    name: string;
    kind: FileKind;
    sha256: string;
    number_of_cases: number;
    number_of_lesions: number;
  }[];
  cases: { case: string; truth: 0 | 1; lesions: ReferenceLesion[]; change: "NEW" | "CHANGED" | "KEPT" }[];
  missing: string[];
}

/** The voxels of a version's segments by their digest; each look is an event of the audit trail. */
export function referenceSegmentsQuery(id: string, version: number, digests: string[]) {
  const wanted = [...new Set(digests)];
  return queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standards", version, "segments", wanted],
    queryFn: ({ signal }) =>
      segmentsBelow(`${base(id)}/${version}/segments`, wanted, { signal, whose: "the reference standard" }),
    enabled: wanted.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Addresses of files, for links. */
export const referenceFiles = (id: string) => ({
  jsonExample: `/api/v1/reader-studies/${id}/reference-standard-example.json`,
  json: (version: number) => `${base(id)}/${version}.json`,
});
