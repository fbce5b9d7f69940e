import { queryOptions } from "@tanstack/react-query";
import type { Code } from "@/domain/labelSchema";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

export interface CodeList {
  id: string;
  name: string;
  number_of_codes: number;
  created_at: string;
}

const base = (id: string) => `/api/v1/reader-studies/${id}`;

export const codeListsKey = (id: string) => [...readerStudyKey(id), "code-lists"];

/** The reader study's own lists. */
export const codeListsQuery = (id: string) =>
  queryOptions({
    queryKey: codeListsKey(id),
    queryFn: ({ signal }) => call<CodeList[]>("GET", `${base(id)}/code-lists`, { signal }),
  });

/** The lists that a site administrator has given to every reader study. */
export const siteCodeListsQuery = queryOptions({
  queryKey: ["code-lists"],
  queryFn: ({ signal }) => call<CodeList[]>("GET", "/api/v1/code-lists", { signal }),
});

/** Codes of both whose meaning has these words, or whose value begins so. */
export const codesQuery = (id: string, search: string) =>
  queryOptions({
    queryKey: [...codeListsKey(id), "search", search],
    queryFn: ({ signal }) =>
      call<Code[]>("GET", `${base(id)}/codes?search=${encodeURIComponent(search)}`, { signal }),
    enabled: search !== "",
  });

export const postCodeList = (id: string, file: File) => posted(`${base(id)}/code-lists`, file);

/** As a list of the site: the administrator's. */
export const postSiteCodeList = (file: File) => posted("/api/v1/code-lists", file);

function posted(path: string, file: File): Promise<CodeList> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", path, { body });
}

export const deleteSiteCodeList = (listId: string) =>
  call<undefined>("DELETE", `/api/v1/code-lists/${listId}`);

export const deleteCodeList = (id: string, listId: string) =>
  call<undefined>("DELETE", `${base(id)}/code-lists/${listId}`);
