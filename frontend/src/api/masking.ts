import { queryOptions } from "@tanstack/react-query";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

export interface MaskBreak {
  by: string;
  reason: string;
  created_at: string;
  ends_at: string;
}

export interface Mask {
  /** The design masks the readers' answers, and the reader study is not locked. */
  is_masking: boolean;
  /** For the caller, who may have broken it for an hour. */
  is_masked: boolean;
  /** Newest first. */
  breaks: MaskBreak[];
}

/** Until when somebody's own break lasts: another coordinator may have broken the mask since, for an hour of theirs. */
export const ownEnd = ({ breaks }: Pick<Mask, "breaks">, username: string | undefined): string | null =>
  breaks.find(({ by }) => by === username)?.ends_at ?? null;

const path = (id: string) => `/api/v1/reader-studies/${id}/mask`;

export const maskQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "mask"],
    queryFn: ({ signal }) => call<Mask>("GET", path(id), { signal }),
  });

export const breakMask = (id: string, body: { reason: string; password: string }) =>
  call<Mask>("POST", path(id), { body });
