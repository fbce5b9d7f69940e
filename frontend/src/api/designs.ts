import { queryOptions } from "@tanstack/react-query";
import type { BlindingCell, MatrixRow } from "@/domain/blinding";
import type { Design, DesignKind, WorklistOrder } from "@/domain/designs";
import { type ReaderStudy, readerStudyKey } from "./readerStudies";
import { call } from "./send";

export interface DesignProblem {
  field: string;
  code: string;
  detail: string;
}

export interface PlanPart {
  session: number;
  arm: string;
  is_training: boolean;
  is_repeat: boolean;
  reads: number;
}

export interface PlanRow {
  reader: string;
  reads: number;
  parts: PlanPart[];
}

export interface StoredDesign {
  version: number;
  design: Design;
  kinds: Record<DesignKind, string>;
  problems: DesignProblem[];
  number_of_reads: number;
  /** Null when it cannot be drawn yet, or is too large for a preview. */
  plan: PlanRow[] | null;
  cells: BlindingCell[];
  matrix: Record<string, Record<string, MatrixRow>>;
  /** What a reviewer would ask about who sees what. */
  warnings: DesignProblem[];
}

export interface Slot {
  session: number;
  arm: string;
  case: string;
  repeat_number: number;
  is_training: boolean;
}

export interface Randomisation {
  seed: string | null;
  algorithm: string | null;
  drawn_at: string | null;
  /** Usernames, in order of joining. */
  joined_late: string[];
  lists: { reader: string; slots: Slot[] }[];
  /** By which predictions worklists were ordered; null where every order is the drawn one. */
  ai_order: AiOrder | null;
}

export interface AiOrder {
  model_version: string;
  operating_threshold: number;
  arms: Record<string, WorklistOrder["by"]>;
  cases: { case_id: string; name: string; prediction_id: string | null; score: number | null }[];
}

export interface OwnSession {
  number: number;
  opens_on: string | null;
  closes_on: string | null;
  total: number;
  signed: number;
  is_open: boolean;
  code: string;
  detail: string;
  opens_at: string | null;
  /** When it closes or the reader's last day is over, whichever comes first. */
  ends_at: string | null;
  /** The most urgent cases come first, by the AI; never true where the protocol does not tell readers of it. */
  is_ordered_by_ai: boolean;
}

export interface Feedback {
  truth: 0 | 1;
  lesions: { id: string }[];
}

export type Move = "begin" | "pause" | "resume" | "close" | "lock";

const base = (id: string) => `/api/v1/reader-studies/${id}`;

export const designQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "design"],
    queryFn: ({ signal }) => call<StoredDesign>("GET", `${base(id)}/design`, { signal }),
  });

/** `made_from`: the design that was changed; 409 `stale_design` when another one is stored by now. */
export const putDesign = (id: string, design: Design, made_from: Design) =>
  call<StoredDesign>("PUT", `${base(id)}/design`, { body: { design, base: made_from } });

export const randomisationQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "randomisation"],
    queryFn: ({ signal }) => call<Randomisation>("GET", `${base(id)}/randomisation`, { signal }),
  });

/** Whether the stored seed gives the stored lists once more: the server draws again, so on a click. */
export const checkRandomisation = (id: string) =>
  call<{ is_reproduced: boolean | null }>("GET", `${base(id)}/randomisation/check`);

export const ownSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["reader-studies", id, "sessions"],
    queryFn: ({ signal }) => call<OwnSession[]>("GET", `${base(id)}/sessions`, { signal }),
  });

export const feedbackQuery = (readId: string, isShown: boolean) =>
  queryOptions({
    queryKey: ["reads", readId, "feedback"],
    queryFn: ({ signal }) => call<Feedback>("GET", `/api/v1/reads/${readId}/feedback`, { signal }),
    enabled: isShown,
  });

export const moveReaderStudy = (id: string, event: Move, reason = "") =>
  call<ReaderStudy>("POST", `${base(id)}/moves`, { body: { event, reason } });
