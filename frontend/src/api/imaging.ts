import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Job, pollInterval } from "./jobs";
import { allRows, LARGEST_PAGE, withParameters } from "./lists";
import { call } from "./send";
import type { Page } from "./types";
import { upload } from "./upload";

export interface ImagingStudy {
  id: string;
  study_instance_uid: string;
  patient_key: string;
  study_date: string | null;
  study_description: string;
  modalities: string[];
  body_part: string;
  number_of_series: number;
  number_of_instances: number;
  is_synthetic: boolean;
  created_at: string;
}

export interface Series {
  id: string;
  series_instance_uid: string;
  modality: string;
  series_number: number | null;
  series_description: string;
  number_of_instances: number;
}

export interface RefusedFile {
  name: string;
  reason_code: string;
  reason: string;
}

export interface IngestJob extends Job {
  source: "UPLOAD" | "COMMAND" | "CSTORE";
  counts: { new: number; present: number; refused: number };
}

export interface IngestJobDetail extends IngestJob {
  /** At most the first thousand; `counts.refused` says how many there are. */
  refused: RefusedFile[];
}

export interface ImagingFilter {
  search: string;
  modality: string;
}

export const IMAGING_STUDIES_KEY = ["imaging-studies"];
export const INGEST_JOBS_KEY = ["ingest-jobs"];

/** Page by page, for looking. */
export const imagingStudyPagesQuery = (filter: ImagingFilter) =>
  infiniteQueryOptions({
    queryKey: [...IMAGING_STUDIES_KEY, "pages", filter],
    queryFn: ({ pageParam, signal }) => call<Page<ImagingStudy>>("GET", pageParam, { signal }),
    initialPageParam: withParameters("/api/v1/imaging-studies", { ...filter }),
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

export const imagingStudyQuery = (id: string) =>
  queryOptions({
    queryKey: [...IMAGING_STUDIES_KEY, id],
    queryFn: ({ signal }) =>
      call<ImagingStudy & { series: Series[] }>("GET", `/api/v1/imaging-studies/${id}`, { signal }),
  });

/** All of them, for choosing. */
export const imagingStudiesQuery = (filter: ImagingFilter) =>
  queryOptions({
    queryKey: [...IMAGING_STUDIES_KEY, filter],
    queryFn: ({ signal }) =>
      allRows<ImagingStudy>(
        withParameters("/api/v1/imaging-studies", { ...filter, page_size: LARGEST_PAGE }),
        signal,
      ),
    placeholderData: keepPreviousData,
  });

export const ingestJobsQuery = queryOptions({
  queryKey: INGEST_JOBS_KEY,
  queryFn: ({ signal }) => allRows<IngestJob>("/api/v1/ingest-jobs", signal),
  refetchInterval: (query) => pollInterval(query.state.data),
});

export const ingestJobQuery = (id: string) =>
  queryOptions({
    queryKey: [...INGEST_JOBS_KEY, id],
    queryFn: ({ signal }) => call<IngestJobDetail>("GET", `/api/v1/ingest-jobs/${id}`, { signal }),
    refetchInterval: (query) => pollInterval(query.state.data),
  });

/** Send files for ingest; a file from a dropped folder keeps its place in the folder as its name. */
export function ingestFiles(
  files: { file: File; path: string }[],
  options: { onProgress: (fraction: number) => void; signal: AbortSignal },
): Promise<IngestJob> {
  const form = new FormData();
  for (const { file, path } of files) form.append("files", file, path);
  return upload<IngestJob>("/api/v1/ingest-jobs", form, options);
}
