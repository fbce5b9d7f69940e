import { queryOptions } from "@tanstack/react-query";
import type { LabelSchema } from "@/domain/labelSchema";
import type { ImagingStudy } from "./imaging";
import { allRows } from "./lists";
import type { ReferenceSource } from "./reference";
import { call } from "./send";
import type { AiDisplay, OwnRole, ReaderStudyState, Role } from "./types";

export interface ReaderStudy {
  id: string;
  name: string;
  description: string;
  state: ReaderStudyState;
  ai_model_version: { id: string; name: string; version: string } | null;
  ai_display: AiDisplay;
  ai_decisions_required: boolean;
  my_roles: OwnRole[];
  label_schema: LabelSchema | null;
  launched_at: string | null;
  closed_at: string | null;
  is_demo: boolean;
  number_of_cases: number;
  number_of_readers: number;
  number_of_assignments: number;
  number_signed: number;
}

export type CaseImagingStudy = Omit<ImagingStudy, "body_part" | "number_of_series" | "created_at">;

export interface Case {
  id: string;
  name: string;
  imaging_study: CaseImagingStudy;
  /** Those that are read together with it, in order. */
  further_imaging_studies: CaseImagingStudy[];
  truth: 0 | 1 | null;
  position: number;
  number_of_priors: number;
  number_signed: number;
  withdrawn_at: string | null;
}

export interface Member {
  user_id: string;
  username: string;
  name: string;
  role: Role;
}

export interface ReferenceStandard {
  version: number;
  source: ReferenceSource;
  provenance: string;
  digest: string;
  created_at: string;
  /** The counts are null, and nothing is missing, while it is masked. */
  number_positive: number | null;
  number_negative: number | null;
  is_masked: boolean;
  missing: string[];
}

/** What an upload has come to. */
export interface ReferenceUpload extends ReferenceStandard {
  /** It was there before: the upload says the same, and no version was made. */
  is_repeat: boolean;
}

export interface LaunchCheckItem {
  code: string;
  ok: boolean;
  blocking: boolean;
  text: string;
}

export interface ReaderStudyChange {
  name?: string;
  description?: string;
  ai_model_version_id?: string | null;
  ai_display?: AiDisplay;
  ai_decisions_required?: boolean;
}

const base = (id: string) => `/api/v1/reader-studies/${id}`;
export const readerStudyKey = (id: string) => ["reader-study", id];

export const readerStudyQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "itself"],
    queryFn: ({ signal }) => call<ReaderStudy>("GET", base(id), { signal }),
  });

export const casesQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "cases"],
    queryFn: ({ signal }) => allRows<Case>(`${base(id)}/cases`, signal),
  });

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "members"],
    queryFn: ({ signal }) => allRows<Member>(`${base(id)}/members`, signal),
  });

/** The version in force; null while there is none. */
export const referenceStandardQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "reference-standard"],
    queryFn: async ({ signal }) =>
      (await call<ReferenceStandard | undefined>("GET", `${base(id)}/reference-standard`, { signal })) ??
      null,
  });

export const launchCheckQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "launch-check"],
    queryFn: ({ signal }) =>
      call<{ ready: boolean; items: LaunchCheckItem[] }>("GET", `${base(id)}/launch-check`, { signal }),
    staleTime: 0,
  });

export const createReaderStudy = (body: { name: string; description: string }) =>
  call<ReaderStudy>("POST", "/api/v1/reader-studies", { body });

export const changeReaderStudy = (id: string, body: ReaderStudyChange) =>
  call<ReaderStudy>("PATCH", base(id), { body });

/** `known` is what the list was made from: what was drawn or picked elsewhere since is not taken out. */
export const putCases = (id: string, cases: string[][], known: string[][]) =>
  call<Case[]>("PUT", `${base(id)}/cases`, {
    body: { cases: cases.map((imaging_study_ids) => ({ imaging_study_ids })), base: known },
  });

/** The current imaging studies of a case, the first being the one by which the AI is judged. */
export const imagesOf = ({ imaging_study, further_imaging_studies }: Case) => [
  imaging_study,
  ...further_imaging_studies,
];

type MemberRow = Pick<Member, "user_id" | "role">;

/** `known` is what the list was made from: who has joined since is not dropped. */
export const putMembers = (id: string, members: MemberRow[], known: MemberRow[]) =>
  call<unknown>("PUT", `${base(id)}/members`, { body: { members: members.map(row), base: known.map(row) } });

const row = ({ user_id, role }: MemberRow): MemberRow => ({ user_id, role });

export function postReferenceStandard(id: string, file: File): Promise<ReferenceUpload> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", `${base(id)}/reference-standard`, { body });
}

export const launchReaderStudy = (id: string, seed: string, asPilot: boolean) =>
  call<ReaderStudy>("POST", `${base(id)}/launch`, {
    body: { ...(seed === "" ? {} : { seed }), as_pilot: asPilot },
  });

export const closeReaderStudy = (id: string) => call<ReaderStudy>("POST", `${base(id)}/close`);

/** Addresses of files about a reader study, for links. */
export const readerStudyFiles = (id: string) => ({
  referenceExample: `${base(id)}/reference-standard-example.csv`,
  randomisation: `${base(id)}/randomisation.csv`,
  randomisationJson: `${base(id)}/randomisation`,
  finalAnswers: `${base(id)}/final-answers.csv`,
  labelsCsv: `${base(id)}/labels/export?format=csv`,
  measurementsCsv: `${base(id)}/measurements.csv`,
  labelsJsonLines: `${base(id)}/labels/export?format=jsonl`,
});
