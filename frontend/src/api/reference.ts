import { queryOptions } from "@tanstack/react-query";
import type { ReferenceLesion } from "@/domain/lesions";
import { digestOf, parsedSegment, type Segment } from "@/domain/segments";
import { readerStudyKey } from "./readerStudies";
import { call, send } from "./send";

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
  number_positive: number;
  number_negative: number;
  number_excluded: number;
  number_for_adjudication: number;
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
  | "ADJUDICATED";

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
  /** Of what a version says, not of a preview. */
  adjudicated?: { adjudicator: string; comment: string; decided_at: string } | null;
}

export interface Consensus {
  digest: string;
  counts: Record<string, number>;
  cases: CaseOutcome[];
}

export const previewConsensus = (id: string, body: ConsensusRequest) =>
  call<Consensus>("POST", `/api/v1/reader-studies/${id}/consensus/preview`, { body });

export const storeConsensus = (id: string, body: ConsensusRequest, previewDigest: string) =>
  call<ReferenceVersions>("POST", `/api/v1/reader-studies/${id}/consensus`, {
    body: { ...body, preview_digest: previewDigest },
  });

/** What a version says, case by case. Each look is an event of the audit trail, so it is asked for on a click. */
export const referenceTruthsQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standards", version],
    queryFn: ({ signal }) => call<CaseOutcome[]>("GET", `${base(id)}/${version}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
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

function filesForm({ files, baseVersion, threshold }: ReferenceFiles, digest?: string): FormData {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  if (baseVersion !== null) form.append("base_version", String(baseVersion));
  form.append("threshold", String(threshold));
  if (digest !== undefined) form.append("digest", digest);
  return form;
}

export const previewReferenceFiles = (id: string, asked: ReferenceFiles) =>
  call<FilesPreview>("POST", `${base(id)}/preview`, { body: filesForm(asked) });

export const storeReferenceFiles = (id: string, asked: ReferenceFiles, digest: string) =>
  call<ReferenceVersions>("POST", base(id), { body: filesForm(asked, digest) });

/** The voxels of a version's segments by their digest; each look is an event of the audit trail. */
export function referenceSegmentsQuery(id: string, version: number, digests: string[]) {
  const wanted = [...new Set(digests)];
  return queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standards", version, "segments", wanted],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, Segment>> => {
      const found = wanted.map(
        async (sha256) => [sha256, await referenceSegment(id, version, sha256, signal)] as const,
      );
      return new Map(await Promise.all(found));
    },
    enabled: wanted.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

async function referenceSegment(
  id: string,
  version: number,
  sha256: string,
  signal: AbortSignal,
): Promise<Segment> {
  const url = new URL(`${base(id)}/${version}/segments/${sha256}`, window.location.origin);
  const text = await (await send(new Request(url, { credentials: "same-origin", signal }))).text();
  if ((await digestOf(text)) !== sha256) throw new Error("A segment of the reference standard is damaged.");
  return parsedSegment(text);
}

/** Addresses of files, for links. */
export const referenceFiles = (id: string) => ({
  jsonExample: `/api/v1/reader-studies/${id}/reference-standard-example.json`,
  json: (version: number) => `${base(id)}/${version}.json`,
});
