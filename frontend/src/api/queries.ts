import { QueryClient, queryOptions } from "@tanstack/react-query";
import { Problem } from "./problem";
import { call } from "./send";
import type { Me, Page, ReaderStudySummary } from "./types";

/** A refusal is final; only an unreachable or failing server is asked again. */
function isWorthRetrying(failureCount: number, error: Error): boolean {
  if (error instanceof Problem && error.status < 500) return false;
  return failureCount < 3;
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: isWorthRetrying, staleTime: 10_000, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => call<Me>("GET", "/api/v1/me", { signal }),
  staleTime: 300_000,
});

export const readerStudiesQuery = queryOptions({
  queryKey: ["reader-studies"],
  queryFn: ({ signal }) => call<Page<ReaderStudySummary>>("GET", "/api/v1/reader-studies", { signal }),
});
