import { useMemo, useRef } from "react";
import type { ImagingStudy } from "@/api/imaging";
import { type Case, type CaseImagingStudy, imagesOf } from "@/api/readerStudies";

/** Every imaging study that was seen here by its id: what was picked stays known while another search is shown. */
export function useKnownStudies(
  cases: Case[],
  found: ImagingStudy[] | undefined,
): ReadonlyMap<string, CaseImagingStudy> {
  const seen = useRef<ReadonlyMap<string, CaseImagingStudy>>(new Map());
  return useMemo(() => {
    const now = [...cases.flatMap(imagesOf), ...(found ?? [])].map((study) => [study.id, study] as const);
    seen.current = new Map([...seen.current, ...now]);
    return seen.current;
  }, [cases, found]);
}
