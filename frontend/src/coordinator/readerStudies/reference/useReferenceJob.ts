import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isOver } from "@/api/jobs";
import { meQuery } from "@/api/queries";
import { readerStudyKey } from "@/api/readerStudies";
import type { Consensus, FilesPreview } from "@/api/reference";
import {
  cancelReferenceJob,
  failureOf,
  foundQuery,
  type ReferenceJob,
  referenceJobQuery,
  referenceJobsQuery,
  storeReferenceJob,
} from "@/api/referenceJobs";

/**
 * One look at a time of a kind, worked out by the server, and the storing of what it found. An own look that was under
 * way when the page was left is taken up again.
 */
export function useReferenceJob<Found extends Consensus | FilesPreview, Asked>(
  readerStudyId: string,
  kind: ReferenceJob["kind"],
  ask: (asked: Asked) => Promise<ReferenceJob>,
) {
  const queryClient = useQueryClient();
  const looking = useMutation({
    mutationFn: ask,
    onSuccess: (job) => queryClient.setQueryData(referenceJobQuery(readerStudyId, job.id).queryKey, job),
  });
  const [isDropped, setDropped] = useState(false);
  const { data: before } = useQuery(referenceJobsQuery(readerStudyId));
  const { data: me } = useQuery(meQuery);
  const left = before?.find((one) => one.kind === kind && !isOver(one) && one.requested_by === me?.username);
  const id = looking.isIdle && !isDropped ? (left?.id ?? "") : (looking.data?.id ?? "");
  const { data: job } = useQuery(referenceJobQuery(readerStudyId, id));
  const hasFound = job !== undefined && (job.is_storing || job.state === "SUCCEEDED");
  const { data: found, error: foundError } = useQuery({
    ...foundQuery<Found>(readerStudyId, id, kind),
    enabled: hasFound && job.stored_version === null,
  });
  const changed = (next: ReferenceJob) =>
    queryClient.setQueryData(referenceJobQuery(readerStudyId, next.id).queryKey, next);
  const storing = useMutation({
    mutationFn: (digest: string) => storeReferenceJob(readerStudyId, id, digest),
    onSuccess: changed,
  });
  const cancelling = useMutation({
    mutationFn: () => cancelReferenceJob(readerStudyId, id),
    onSuccess: changed,
  });
  const stored = job?.stored_version ?? null;
  useEffect(() => {
    if (stored === null) return;
    queryClient.invalidateQueries({
      queryKey: readerStudyKey(readerStudyId),
      // What the jobs have found stays as it was, and each look is an event.
      predicate: ({ queryKey }) => !queryKey.includes("reference-jobs"),
    });
  }, [stored, readerStudyId, queryClient]);
  const isUnderWay = job !== undefined && !isOver(job);
  return {
    job,
    asked: looking.variables,
    found: stored === null ? found : undefined,
    stored,
    isLooking: looking.isPending || (isUnderWay && !job.is_storing),
    isStoring: storing.isPending || (isUnderWay && job.is_storing),
    error: looking.error ?? foundError ?? storing.error ?? cancelling.error ?? failureOf(job),
    look: (asked: Asked) => {
      storing.reset();
      cancelling.reset();
      looking.mutate(asked);
    },
    drop: () => {
      setDropped(true);
      looking.reset();
      storing.reset();
    },
    store: () => found && storing.mutate(found.digest),
    cancel: () => cancelling.mutate(),
  };
}
