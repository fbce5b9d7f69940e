import { queryOptions } from "@tanstack/react-query";
import type { PhaseTimes } from "@/domain/activeTime";
import type { LabelSchema } from "@/domain/labelSchema";
import type { Geometry, ReadPayload, SphereGeometry } from "@/domain/payload";
import { call } from "./send";
import type { AiDisplay } from "./types";

export type AssignmentState = "PENDING" | "OPEN" | "DRAFT" | "SIGNED" | "VOID";

export interface Assignment {
  id: string;
  position: number;
  case_name: string;
  state: AssignmentState;
  signed_at: string | null;
}

export interface SeriesOfCase {
  series_instance_uid: string;
  modality: string;
  series_number: number | null;
  number_of_instances: number;
}

export interface Read {
  id: string;
  assignment_id: string;
  reader_study: { id: string; name: string; state: string; ai_display: AiDisplay };
  case: {
    id: string;
    name: string;
    imaging_study: { study_instance_uid: string; is_synthetic: boolean; series: SeriesOfCase[] };
  };
  position: number;
  total: number;
  state: AssignmentState;
  /** SECOND after a frozen first read, where the protocol shows the AI only then. */
  phase: "FIRST" | "SECOND";
  label_schema: LabelSchema;
  revision_number: number;
  payload: ReadPayload;
  saved_at: string | null;
  signed_at: string | null;
  next_assignment_id: string | null;
  comparison_available: boolean;
}

/** A draft on its way to the server. */
export interface SaveRequest {
  base_revision: number;
  idempotency_key: string;
  payload: ReadPayload;
  editor: string;
  sitting: SittingReport;
}

/** One stay at the read, with its times so far. */
export interface SittingReport {
  key: string;
  phases: Record<string, PhaseTimes>;
}

/** What a window wants of the one editor's place. */
export interface EditorRequest {
  editor: string;
  wish: "HOLD" | "TAKE_OVER" | "RELEASE";
  sitting: SittingReport;
}

export interface EditorHeld {
  revision_number: number;
}

export interface DraftSaved {
  revision_number: number;
  saved_at: string;
}

export interface ReadSigned {
  revision_number: number;
  signed_at: string;
  next_assignment_id: string | null;
  comparison_available: boolean;
}

export interface AiFinding {
  id: string;
  score: number;
  code: { scheme: string; value: string; meaning: string };
  geometry: Geometry | SphereGeometry;
}

export interface AiPrediction {
  model: string;
  version: string;
  score: number;
  threshold: number;
  call: boolean;
  findings: AiFinding[];
}

export interface Comparison {
  ai: AiPrediction | null;
  own: ReadPayload;
}

export function assignmentsQuery(readerStudyId: string) {
  return queryOptions({
    queryKey: ["reader-studies", readerStudyId, "assignments"],
    queryFn: ({ signal }) =>
      call<Assignment[]>("GET", `/api/v1/reader-studies/${readerStudyId}/assignments`, { signal }),
  });
}

export function openRead(assignmentId: string, signal?: AbortSignal): Promise<Read> {
  return call<Read>("POST", `/api/v1/assignments/${assignmentId}/open`, signal ? { signal } : {});
}

/** Opening is repeatable, so it is a query: it answers the read of the assignment, new or begun. */
export function readQuery(assignmentId: string) {
  return queryOptions({
    queryKey: ["assignments", assignmentId, "read"],
    queryFn: ({ signal }) => openRead(assignmentId, signal),
    // The session on the screen is the truth until the case is left; then the server is asked again.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

export function comparisonQuery(readId: string, isAvailable: boolean) {
  return queryOptions({
    queryKey: ["reads", readId, "comparison"],
    queryFn: ({ signal }) => call<Comparison>("GET", `/api/v1/reads/${readId}/comparison`, { signal }),
    enabled: isAvailable,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function seriesPath(studyInstanceUid: string, seriesInstanceUid: string): string {
  return `/dicomweb/studies/${studyInstanceUid}/series/${seriesInstanceUid}`;
}

/** Metadata of every instance of a series, in the DICOM JSON model. */
export function seriesMetadataQuery(studyInstanceUid: string, seriesInstanceUid: string) {
  return queryOptions({
    queryKey: ["dicomweb", studyInstanceUid, seriesInstanceUid],
    queryFn: ({ signal }) =>
      call<Record<string, { vr?: string; Value?: unknown[] }>[]>(
        "GET",
        `${seriesPath(studyInstanceUid, seriesInstanceUid)}/metadata`,
        { signal, accept: "application/dicom+json" },
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The absolute address of one frame's pixels. */
export function frameUrl(
  studyInstanceUid: string,
  seriesInstanceUid: string,
  sopInstanceUid: string,
  frameNumber: number,
): string {
  const series = seriesPath(studyInstanceUid, seriesInstanceUid);
  return `${window.location.origin}${series}/instances/${sopInstanceUid}/frames/${frameNumber}`;
}

// Browsers refuse to finish a larger request after its page is gone.
const LARGEST_KEEPALIVE_BYTES = 60_000;
// A line that swallows everything is as good as none; what is repeated has its key, so that it is not stored twice.
const ANSWER_WITHIN_MS = 20_000;

/** Save a draft. A lost session is the caller's to show: unsaved work is on the page. */
export function saveDraft(readId: string, body: SaveRequest): Promise<DraftSaved> {
  const keepalive = JSON.stringify(body).length < LARGEST_KEEPALIVE_BYTES;
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const options = { body, keepalive, signal, stayOnSignOut: true };
  return call<DraftSaved>("PUT", `/api/v1/reads/${readId}/draft`, options);
}

export function signRead(readId: string, body: SaveRequest): Promise<ReadSigned> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return call<ReadSigned>("POST", `/api/v1/reads/${readId}/sign`, { body, signal, stayOnSignOut: true });
}

/** Hold, take over or give back the editor's place; `held_elsewhere` while another browser has it. */
export function askToEdit(readId: string, body: EditorRequest): Promise<EditorHeld> {
  const keepalive = body.wish === "RELEASE";
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const options = { body, keepalive, signal, stayOnSignOut: true };
  return call<EditorHeld>("POST", `/api/v1/reads/${readId}/editor`, options);
}
