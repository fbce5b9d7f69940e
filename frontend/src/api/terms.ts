import { queryOptions } from "@tanstack/react-query";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

export interface Terms {
  /** 0 while there are none. */
  version: number;
  /** Empty where readers are asked for nothing. */
  text: string;
  stored_at: string | null;
  /** When the person who is signed in accepted this version. */
  accepted_at: string | null;
}

const path = (id: string) => `/api/v1/reader-studies/${id}/terms`;

export const termsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "terms"],
    queryFn: ({ signal }) => call<Terms>("GET", path(id), { signal }),
  });

/**
 * After the launch the terms are amended, which needs a reason. `base`: the words that were changed; 409 `stale_terms`
 * when others are stored by now.
 */
export const putTerms = (id: string, body: { text: string; reason: string; base: string }) =>
  call<Terms>("PUT", path(id), { body });

export const acceptTerms = (id: string, version: number) =>
  call<Terms>("POST", `${path(id)}/acceptance`, { body: { version } });

export const hasToAccept = ({ text, accepted_at }: Terms): boolean => text !== "" && accepted_at === null;
