import { useQuery } from "@tanstack/react-query";
import { maskQuery } from "@/api/masking";

/** Whether the readers' answers are masked for the caller now; undefined until it is known. */
export function useIsMasked(readerStudyId: string): boolean | undefined {
  return useQuery(maskQuery(readerStudyId)).data?.is_masked;
}
