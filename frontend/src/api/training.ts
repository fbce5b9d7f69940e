import { queryOptions } from "@tanstack/react-query";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** How far the reader has come with the training cases; `cases` is 0 where there are none. */
export interface Training {
  cases: number;
  signed: number;
  /** Of how many the truth was looked at. */
  seen: number;
  may_accept: boolean;
  /** When the reader said that the training is done. */
  accepted_at: string | null;
  statement: string;
}

const path = (id: string) => `/api/v1/reader-studies/${id}/training`;

export const trainingQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "training"],
    queryFn: ({ signal }) => call<Training>("GET", path(id), { signal }),
  });

export const acceptTraining = (id: string) => call<Training>("POST", path(id));

export const hasToTrain = ({ cases, accepted_at }: Training): boolean => cases > 0 && accepted_at === null;
