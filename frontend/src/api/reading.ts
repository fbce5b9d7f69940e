import { queryOptions } from "@tanstack/react-query";
import type { PhaseTimes } from "@/domain/activeTime";
import { aiFindingKey } from "@/domain/aiDecisions";
import { type AiExplanation, explanationOf, type MapChoice, mapOf } from "@/domain/aiMaps";
import type { DicomInstance } from "@/domain/frames/manifest";
import { noteFromDicomweb } from "@/domain/frames/registry";
import type { HangingRule, SeriesFacts } from "@/domain/hanging";
import type { HeatGrid, HeatMap } from "@/domain/heatMap";
import type { LabelSchema } from "@/domain/labelSchema";
import { type AiGeometry, type Geometry, isAiSegment, type ReadPayload } from "@/domain/payload";
import type { Uncertainty } from "@/domain/uncertainty";
import { openFrames } from "./frames";
import { openWithImages } from "./opening";
import { segmentsBelow } from "./segments";
import { call, send } from "./send";
import type { AiDisplay } from "./types";

export type AssignmentState = "PENDING" | "OPEN" | "DRAFT" | "SIGNED" | "REOPENED" | "VOID";

export interface Assignment {
  id: string;
  position: number;
  case_name: string;
  session: number;
  is_training: boolean;
  role: AssignmentRole;
  state: AssignmentState;
  /** False for a signed read that the protocol does not show again. */
  is_openable: boolean;
  signed_at: string | null;
  /** The read of an arbitration that was signed over reads which have changed since. */
  stale_read_id: string | null;
}

export interface SeriesOfCase {
  series_instance_uid: string;
  modality: string;
  series_number: number | null;
  number_of_instances: number;
  facts: SeriesFacts | null;
}

export interface ImagesOfCase {
  study_instance_uid: string;
  is_synthetic: boolean;
  series: SeriesOfCase[];
}

/** An earlier imaging study beside the case; its date stays hidden. */
export interface PriorOfCase {
  name: string;
  /** For example "14 months earlier"; null when a date is not known. */
  interval: string | null;
  imaging_study: ImagesOfCase;
  /** What the reader signed there when it was a case; empty where the protocol hides it. */
  own_marks: OwnMarkOnPrior[];
}

export interface OwnMarkOnPrior {
  id: string;
  /** The number of its finding in that read. */
  finding: number;
  text: string;
  geometry: Geometry;
}

export type AssignmentRole = "READER" | "ARBITRATION";

export interface Read {
  id: string;
  assignment_id: string;
  reader_study: {
    id: string;
    name: string;
    state: string;
    ai_display: AiDisplay;
    ai_decisions_required: boolean;
  };
  case: {
    id: string;
    name: string;
    imaging_study: ImagesOfCase;
    /** Those that are read together with it, in order. */
    further_imaging_studies: ImagesOfCase[];
    priors: PriorOfCase[];
  };
  position: number;
  total: number;
  session: number;
  is_training: boolean;
  /** ARBITRATION: the third read of a case on which two readers differ. */
  role: AssignmentRole;
  state: AssignmentState;
  /** SECOND after a frozen first read, where the protocol shows the AI only then. */
  phase: Phase;
  label_schema: LabelSchema;
  hanging_rules: HangingRule[];
  revision_number: number;
  payload: ReadPayload;
  saved_at: string | null;
  signed_at: string | null;
  /** What the reader's signature can mean, the likeliest first. */
  signature_meanings: SignatureMeaning[];
  /** Why a coordinator gave the read back after it was signed; null unless it is reopened. */
  reopening_reason: string | null;
  next_assignment_id: string | null;
  comparison_available: boolean;
  particulars: Particulars;
}

/** When and where an imaging study was made, and what was written beside it; null is hidden. */
export interface StudyParticulars {
  study_date: string | null;
  site: { institution: string; station: string; manufacturer: string; model: string } | null;
  clinical_text: {
    study_description: string;
    series: { series_instance_uid: string; description: string }[];
  } | null;
}

/** What the protocol shows of the case beside its images, in the phase that the read is in: of its first study, … */
export interface Particulars extends StudyParticulars {
  patient: { sex: string; age: string } | null;
  /** … and of each that is read together with it. */
  further_imaging_studies: (StudyParticulars & { study_instance_uid: string })[];
  /** As the coordinator has given it; without a version the case has none, though others have one. */
  case_text: { version: number | null; text: string } | null;
  /** Once all of the reader's own are signed. */
  prevalence: { positives: number; cases: number } | null;
  /** Which cells of the AI are shown now: what the comparison holds changes with them. */
  ai_cells: string[];
  /** Study Instance UIDs of the priors whose images can be fetched now. */
  priors_shown: string[];
  /** Whether what others answered can be asked for. */
  other_readers_shown: boolean;
}

/** What somebody else signed on the case, under a letter of this case alone. */
export interface OtherReader {
  name: string;
  answers: { question: string; answer: string }[];
}

export interface SignatureMeaning {
  code: string;
  text: string;
}

export type Phase = "FIRST" | "SECOND";

/** A draft on its way to the server. */
export interface SaveRequest {
  base_revision: number;
  idempotency_key: string;
  payload: ReadPayload;
  editor: string;
  sitting: SittingReport | null;
}

/** A draft to be signed: the password again, and what the signature means. */
export interface SignRequest extends SaveRequest {
  password: string;
  meaning: string;
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
  sitting: SittingReport | null;
}

export interface EditorHeld {
  revision_number: number;
  /** Study Instance UIDs of the priors whose images can be fetched now. */
  priors_shown: string[];
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
  particulars: Particulars;
}

/** The first read is frozen; the read goes on from a copy of it, with the AI. */
export interface FirstReadFrozen {
  revision_number: number;
  first_read_at: string;
  phase: Phase;
  comparison_available: boolean;
  particulars: Particulars;
}

export interface AiFinding {
  /** One of its own in the whole case, `aiFindingKey`. */
  id: string;
  prediction_id: string;
  ai_finding_id: string;
  /** The imaging study that it is about; null for the first of the case. */
  study_instance_uid: string | null;
  /** Null where the protocol hides scores. */
  score: number | null;
  code: { scheme: string; value: string; meaning: string };
  geometry: AiGeometry;
}

/** How often cases of this score band were positive in data that was registered with the model version. */
export interface AiCalibration {
  data_source: string;
  low: number;
  high: number;
  cases: number;
  positives: number;
}

export interface AiPrediction {
  prediction_id: string;
  model: string;
  version: string;
  /** Null, with its uncertainty, the call and the calibration, where the protocol hides scores. */
  score: number | null;
  /** Null too where the prediction says nothing of it. */
  uncertainty: Uncertainty | null;
  threshold: number;
  call: boolean | null;
  findings: AiFinding[];
  heat_map: HeatGrid | null;
  /** Where its score comes from, worked out before the reader study began. */
  explanations: AiExplanation[];
  /** Null where nothing is registered about it: then the reader is told so, and nothing is made up. */
  calibration: AiCalibration | null;
}

/** What the AI marks on an imaging study that is read together with the first: without a score of the case. */
export interface FurtherPrediction extends AiPrediction {
  study_instance_uid: string;
}

export interface Comparison {
  ai: AiPrediction | null;
  further_ai: FurtherPrediction[];
  own: ReadPayload;
}

export function assignmentsQuery(readerStudyId: string) {
  return queryOptions({
    queryKey: ["reader-studies", readerStudyId, "assignments"],
    queryFn: ({ signal }) =>
      call<Assignment[]>("GET", `/api/v1/reader-studies/${readerStudyId}/assignments`, { signal }),
  });
}

/** Opening is repeatable, so it is a query: it answers the read of the assignment, new or begun. */
export function readQuery(assignmentId: string) {
  return queryOptions({
    queryKey: ["assignments", assignmentId, "read"],
    queryFn: ({ signal }) => openWithImages(assignmentId, signal),
    // The session on the screen is the truth until the case is left; then the server is asked again.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

export function comparisonQuery(readId: string, isAvailable: boolean, cells: string) {
  return queryOptions({
    queryKey: ["reads", readId, "comparison", cells],
    queryFn: async ({ signal }): Promise<Comparison> => {
      const said = await call<Comparison>("GET", `/api/v1/reads/${readId}/comparison`, { signal });
      return {
        ...said,
        ai: said.ai && withFindingsNamed(said.ai, null),
        further_ai: said.further_ai.map((one) => withFindingsNamed(one, one.study_instance_uid)),
      };
    },
    enabled: isAvailable,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The findings under names of their own in the case: each prediction has ids of its own only. */
export function withFindingsNamed<P extends AiPrediction>(
  prediction: P,
  study_instance_uid: string | null,
): P {
  const { prediction_id } = prediction;
  const findings = prediction.findings.map((finding): AiFinding => {
    const name = { prediction_id, ai_finding_id: finding.id };
    return { ...finding, ...name, id: aiFindingKey(name), study_instance_uid };
  });
  return { ...prediction, findings };
}

/** What other readers answered; kept in memory while the case is open and nowhere else. */
export function otherReadersQuery(readId: string) {
  return queryOptions({
    queryKey: ["reads", readId, "other-readers"],
    queryFn: ({ signal }) => call<OtherReader[]>("GET", `/api/v1/reads/${readId}/other-readers`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

function seriesPath(studyInstanceUid: string, seriesInstanceUid: string): string {
  return `/dicomweb/studies/${studyInstanceUid}/series/${seriesInstanceUid}`;
}

/** Metadata of every instance of a series, in the DICOM JSON model: with its frames as files, else from DICOMweb. */
export function seriesMetadataQuery(studyInstanceUid: string, seriesInstanceUid: string) {
  return queryOptions({
    queryKey: ["dicomweb", studyInstanceUid, seriesInstanceUid],
    queryFn: async ({ signal }) => {
      const instances = await openFrames(studyInstanceUid, seriesInstanceUid);
      if (instances) return instances;
      noteFromDicomweb(seriesInstanceUid);
      const path = `${seriesPath(studyInstanceUid, seriesInstanceUid)}/metadata`;
      return call<DicomInstance[]>("GET", path, { signal, accept: "application/dicom+json" });
    },
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

export function signRead(readId: string, body: SignRequest): Promise<ReadSigned> {
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

/** Freeze the first read: it can never be opened again, and the AI is shown. */
export function freezeFirstRead(readId: string, body: SaveRequest): Promise<FirstReadFrozen> {
  return call<FirstReadFrozen>("POST", `/api/v1/reads/${readId}/first-read`, { body, stayOnSignOut: true });
}

/** The voxels of a map of the AI; kept in memory while the case is open and nowhere else. */
export function aiMapQuery(readId: string, prediction: AiPrediction, choice: MapChoice | null) {
  const { prediction_id } = prediction;
  const grid = mapOf(prediction, choice);
  const explanation = explanationOf(prediction.explanations, choice);
  return queryOptions({
    queryKey: ["reads", readId, "heat-map", prediction_id, choice, grid?.digest],
    queryFn: async ({ signal }): Promise<HeatMap | null> => {
      if (!grid) return null;
      const path = explanation ? `explanations/${explanation.id}` : `heat-map?prediction_id=${prediction_id}`;
      const url = new URL(`/api/v1/reads/${readId}/${path}`, window.location.origin);
      const response = await send(new Request(url, { credentials: "same-origin", signal }), true);
      return { grid, voxels: new Uint8Array(await response.arrayBuffer()) };
    },
    enabled: grid !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The voxels of the AI's segments by their digest; kept in memory while the case is open and nowhere else. */
export function aiSegmentsQuery(readId: string, prediction: AiPrediction | null) {
  const geometries = prediction?.findings.map(({ geometry }) => geometry).filter(isAiSegment) ?? [];
  const digests = [...new Set(geometries.map(({ sha256 }) => sha256))];
  return queryOptions({
    queryKey: ["reads", readId, "ai-segments", digests],
    queryFn: ({ signal }) =>
      segmentsBelow(`/api/v1/reads/${readId}/ai-segments`, digests, {
        signal,
        whose: "the AI",
        stayOnSignOut: true,
      }),
    enabled: digests.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
