import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { allRows, withParameters } from "./lists";
import { call } from "./send";

export interface Person {
  id: string;
  username: string;
  name: string;
  may_create_reader_studies: boolean;
  is_program: boolean;
}

export interface NewPerson {
  username: string;
  name: string;
  email: string;
  password: string;
  may_create_reader_studies: boolean;
  is_program: boolean;
}

export interface ApiToken {
  id: string;
  name: string;
  prefix: string;
  scope: "READ" | "WRITE";
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface NewApiToken {
  name: string;
  scope: ApiToken["scope"];
  expires_at: string;
}

export const PEOPLE_KEY = ["people"];
export const TOKENS_KEY = ["tokens"];

export const peopleQuery = (search: string) =>
  queryOptions({
    queryKey: [...PEOPLE_KEY, search],
    queryFn: ({ signal }) => allRows<Person>(withParameters("/api/v1/people", { search }), signal),
    placeholderData: keepPreviousData,
  });

export const tokensQuery = queryOptions({
  queryKey: TOKENS_KEY,
  queryFn: ({ signal }) => allRows<ApiToken>("/api/v1/tokens", signal),
});

export const createPerson = (body: NewPerson) => call<Person>("POST", "/api/v1/people", { body });

export const createToken = (body: NewApiToken) =>
  call<ApiToken & { token: string }>("POST", "/api/v1/tokens", { body });

export const revokeToken = (id: string) => call<void>("DELETE", `/api/v1/tokens/${id}`);
