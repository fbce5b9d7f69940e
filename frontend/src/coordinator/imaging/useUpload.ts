import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { INGEST_JOBS_KEY, ingestFiles } from "@/api/imaging";

type NamedFile = { file: File; path: string };

/** One upload at a time: sends the files, and hands over the ingest job that works on them. */
export function useUpload(onStarted: (jobId: string) => void) {
  const queryClient = useQueryClient();
  const stopper = useRef(new AbortController());
  const [fraction, setFraction] = useState(0);
  const sending = useMutation({
    mutationFn: (files: NamedFile[]) => {
      stopper.current = new AbortController();
      setFraction(0);
      return ingestFiles(files, { onProgress: setFraction, signal: stopper.current.signal });
    },
    onSuccess: (job) => {
      onStarted(job.id);
      void queryClient.invalidateQueries({ queryKey: INGEST_JOBS_KEY });
    },
  });
  const wasStopped = sending.error instanceof DOMException && sending.error.name === "AbortError";
  return {
    start: (files: NamedFile[]) => {
      if (files.length > 0) sending.mutate(files);
    },
    stop: () => stopper.current.abort(),
    isSending: sending.isPending,
    numberOfFiles: sending.variables?.length ?? 0,
    fraction,
    error: wasStopped ? null : sending.error,
  };
}
