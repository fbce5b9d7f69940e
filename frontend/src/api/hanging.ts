import { queryOptions } from "@tanstack/react-query";
import type { HangingRule } from "@/domain/hanging";
import { type CaseImagingStudy, readerStudyKey } from "./readerStudies";
import type { ImagesOfCase } from "./reading";
import { call } from "./send";

export interface HangingProtocol {
  /** 0 while there are no rules of the reader study's own. */
  version: number;
  rules: HangingRule[];
  shows_priors: boolean;
  /** Readers see what they have signed themselves on a prior that was a case of theirs. */
  shows_prior_marks: boolean;
}

export interface PriorCandidate extends CaseImagingStudy {
  body_part: string;
  interval: string | null;
}

export interface CasePriors {
  /** Ids of imaging studies, the most relevant first. */
  chosen: string[];
  candidates: PriorCandidate[];
}

/** One imaging study of a case, the current ones first. */
export interface PreviewStudy extends ImagesOfCase {
  name: string;
  is_prior: boolean;
  interval: string | null;
}

/** Those that are read: not the priors. */
export const currentOf = (studies: PreviewStudy[]) => studies.filter(({ is_prior }) => !is_prior);

const base = (id: string) => `/api/v1/reader-studies/${id}`;

export const hangingProtocolQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "hanging-protocol"],
    queryFn: ({ signal }) => call<HangingProtocol>("GET", `${base(id)}/hanging-protocol`, { signal }),
  });

export type HangingContent = Omit<HangingProtocol, "version">;

/** `made_from`: what was changed; 409 `stale_hanging_protocol` when something else is stored by now. */
export const putHangingProtocol = (id: string, body: HangingContent, made_from: HangingContent) =>
  call<HangingProtocol>("PUT", `${base(id)}/hanging-protocol`, { body: { ...body, base: made_from } });

export const caseImagesQuery = (id: string, caseId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "cases", caseId, "images"],
    queryFn: ({ signal }) =>
      call<{ studies: PreviewStudy[] }>("GET", `${base(id)}/cases/${caseId}/images`, { signal }),
  });

export const casePriorsQuery = (id: string, caseId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "cases", caseId, "priors"],
    queryFn: ({ signal }) => call<CasePriors>("GET", `${base(id)}/cases/${caseId}/priors`, { signal }),
  });

/** `made_from`: the priors that were changed; 409 `stale_priors` when others are stored by now. */
export const putCasePriors = (id: string, caseId: string, imagingStudyIds: string[], made_from: string[]) =>
  call<CasePriors>("PUT", `${base(id)}/cases/${caseId}/priors`, {
    body: { imaging_study_ids: imagingStudyIds, base: made_from },
  });

export const suggestPriors = (id: string, maximum: number) =>
  call<{ cases: number }>("POST", `${base(id)}/priors/suggest`, { body: { maximum } });
