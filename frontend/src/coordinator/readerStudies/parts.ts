import { type FetchQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { readerStudiesQuery } from "@/api/queries";
import { type ReaderStudy, readerStudyKey } from "@/api/readerStudies";

export interface PartProps {
  readerStudy: ReaderStudy;
}

/**
 * A change of one reader study: afterwards everything shown of it is asked for again. Changes of one `queue` are sent
 * one after the other, so that each finds stored what it was made from.
 */
export function useStudyChange<Input, Output>(
  readerStudyId: string,
  change: (input: Input) => Promise<Output>,
  onDone?: (output: Output) => void,
  queue?: string,
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    ...(queue !== undefined && { scope: { id: `${queue} ${readerStudyId}` } }),
    onSuccess: async (output: Output) => {
      onDone?.(output);
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: readerStudyKey(readerStudyId) }),
        queryClient.invalidateQueries({ queryKey: readerStudiesQuery.queryKey }),
      ]);
    },
  });
}

/** What is stored now, asked for anew whatever was loaded before. */
export function useFresh<Data>(query: FetchQueryOptions<Data, Error, Data, string[]>): () => Promise<Data> {
  const queryClient = useQueryClient();
  return () => queryClient.fetchQuery({ ...query, staleTime: 0 });
}

/** Whether readers and cases can be withdrawn: there are assignments, and nothing is locked yet. */
export function mayWithdraw({ state }: ReaderStudy): boolean {
  return state !== "DRAFT" && state !== "LOCKED";
}

/** Whether a reader can still join: the lists are drawn, and reading goes on. */
export function mayJoin({ state }: ReaderStudy): boolean {
  return state === "PILOTING" || state === "OPEN" || state === "PAUSED";
}

export const FROZEN = "The protocol is fixed since the launch; it can be read here but not changed.";
