import { queryOptions } from "@tanstack/react-query";
import type { DataQuery, ManagedQuery, QueryState } from "@/domain/dataQueries";
import { allRows, withParameters } from "./lists";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** What the reader who is signed in has been asked in a reader study. */
export const ownQueriesQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: ["reader-studies", readerStudyId, "own-queries"],
    queryFn: ({ signal }) =>
      allRows<DataQuery>(`/api/v1/reader-studies/${readerStudyId}/own-queries`, signal),
    refetchInterval: 60_000,
  });

export const answerQuery = (id: string, text: string) =>
  call<DataQuery>("POST", `/api/v1/queries/${id}/answer`, { body: { text } });

/** Which queries a coordinator lists; an empty value is no limit. */
export interface QueriesWanted {
  read: string;
  state: QueryState | "";
}

export const dataQueriesQuery = (readerStudyId: string, wanted: QueriesWanted) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "queries", wanted],
    queryFn: ({ signal }) =>
      allRows<ManagedQuery>(
        withParameters(`/api/v1/reader-studies/${readerStudyId}/queries`, { ...wanted, page_size: 1000 }),
        signal,
      ),
    staleTime: 0,
    refetchInterval: 15_000,
  });

export const askAboutRead = (readId: string, body: { text: string; question: string }) =>
  call<ManagedQuery>("POST", `/api/v1/reads/${readId}/queries`, { body });

export const moveQuery = (id: string, body: { event: "ASK" | "CLOSE" | "REOPEN"; text: string }) =>
  call<ManagedQuery>("POST", `/api/v1/queries/${id}/moves`, { body });
