import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { FrameColumn, Positive, Stratum } from "@/domain/sampling";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** The newest file of candidates, counted. */
export interface Frame {
  number: number;
  name: string;
  created_at: string;
  created_by: string;
  digest: string;
  number_of_candidates: number;
  number_of_patients: number;
  columns: FrameColumn[];
}

export interface Prevalence {
  frame: number | null;
  sample: number | null;
}

/** A stored draw. */
export interface Draw {
  number: number;
  created_at: string;
  created_by: string;
  seed: string;
  algorithm: string;
  digest: string;
  frame_number: number;
  columns: string[];
  strata: Stratum[];
  prevalence: Prevalence | null;
  one_per_patient: boolean;
  replaces: boolean;
  number_left_out: number;
  number_drawn: number;
}

export interface Sampling {
  frame: Frame | null;
  draws: Draw[];
}

/** What is to be drawn, and how. */
export interface SampleWish {
  frame_number: number;
  columns: string[];
  counts: { values: string[]; count: number }[];
  one_per_patient: boolean;
  replaces: boolean;
  positive: Positive | null;
}

export interface Fill {
  kind: "PROPORTIONAL" | "EQUAL" | "PREVALENCE";
  total: number;
  prevalence?: string;
}

export interface Preview {
  strata: Stratum[];
  prevalence: Prevalence | null;
  seed: string | null;
  digest: string | null;
  drawn: { study_instance_uid: string; patient: string; values: string[] }[] | null;
}

const base = (id: string) => `/api/v1/reader-studies/${id}/sampling`;

export const samplingQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "sampling"],
    queryFn: ({ signal }) => call<Sampling>("GET", base(id), { signal }),
  });

/** Addresses of the stored bytes and of the tables, for links. */
export const samplingFiles = (id: string) => ({
  frame: (number: number) => `${base(id)}/frames/${number}`,
  frameCsv: (number: number) => `${base(id)}/frames/${number}/csv`,
  draw: (number: number) => `${base(id)}/draws/${number}`,
  drawCsv: (number: number) => `${base(id)}/draws/${number}/csv`,
});

/** Whether frame, counts and seed give the stored sample once more: the server draws again, so on a click. */
export const checkDraw = (id: string, number: number) =>
  call<{ is_reproduced: boolean }>("GET", `${base(id)}/draws/${number}/check`);

export function postFrame(id: string, file: File): Promise<Sampling> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", `${base(id)}/frames`, { body });
}

/** The numbers of every stratum, with nobody drawn: that needs no seed and is no event of the trail. */
export const sampleNumbersQuery = (id: string, wish: SampleWish) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "sample-numbers", wish],
    queryFn: ({ signal }) => call<Preview>("POST", `${base(id)}/preview`, { body: wish, signal }),
    placeholderData: keepPreviousData,
    enabled: wish.columns.length > 0,
  });

export const fillCounts = (id: string, wish: SampleWish, fill: Fill) =>
  call<Preview>("POST", `${base(id)}/preview`, { body: { ...wish, counts: [], fill } });

export const previewSample = (id: string, wish: SampleWish, seed: string) =>
  call<Preview>("POST", `${base(id)}/preview`, { body: { ...wish, seed } });

export const drawSample = (id: string, wish: SampleWish, seed: string, previewDigest: string) =>
  call<Sampling>("POST", `${base(id)}/draws`, { body: { ...wish, seed, preview_digest: previewDigest } });
