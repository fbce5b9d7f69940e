import { queryOptions } from "@tanstack/react-query";
import type { SampleSizeDocument, SampleSizeInputs } from "@/domain/sampleSize";
import { allRows } from "./lists";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** A saved sample size: when, who, from what, with which software. */
export interface SampleSize {
  number: number;
  created_at: string;
  created_by: string;
  digest: string;
  inputs: SampleSizeDocument["inputs"];
  software: Record<string, string>;
}

const base = (readerStudyId: string) => `/api/v1/reader-studies/${readerStudyId}/sample-sizes`;

export const sampleSizesQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "sample-sizes"],
    queryFn: ({ signal }) => allRows<SampleSize>(base(readerStudyId), signal),
  });

/** Address of the stored bytes. */
export const sampleSizeFile = (readerStudyId: string, number: number) => `${base(readerStudyId)}/${number}`;

/** A saved sample size never changes, so it is fetched once. */
export const sampleSizeQuery = (readerStudyId: string, number: number) =>
  queryOptions({
    queryKey: ["sample-size", readerStudyId, number],
    queryFn: ({ signal }) =>
      call<SampleSizeDocument>("GET", sampleSizeFile(readerStudyId, number), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const planSampleSize = (readerStudyId: string, body: SampleSizeInputs) =>
  call<SampleSize>("POST", base(readerStudyId), { body });
