/** Data queries: what a coordinator asks a reader about one read. */

export type QueryState = "OPEN" | "ANSWERED" | "CLOSED";

export interface QueryMessage {
  id: string;
  event: "ASK" | "ANSWER" | "CLOSE" | "REOPEN";
  by: "COORDINATOR" | "READER";
  /** Told to coordinators only. */
  author?: string;
  created_at: string;
  text: string;
}

export interface DataQuery {
  id: string;
  read_id: string;
  assignment_id: string;
  case: string;
  number: number;
  /** Key and words of the form's question it is about; empty where it is about the read. */
  question_key: string;
  question_text: string;
  state: QueryState;
  created_at: string;
  messages: QueryMessage[];
}

/** A query as coordinators see it. */
export interface ManagedQuery extends DataQuery {
  reader: string;
  revision_number: number;
}

const ORDER: Record<QueryState, number> = { OPEN: 0, ANSWERED: 1, CLOSED: 2 };

/** What the reader has still to do with: first what waits for them, then what waits for the coordinator. */
export function notClosed<Query extends DataQuery>(queries: Query[]): Query[] {
  return queries
    .filter(({ state }) => state !== "CLOSED")
    .sort((one, other) => ORDER[one.state] - ORDER[other.state]);
}

export function waitingForReader(queries: DataQuery[]): number {
  return queries.filter(({ state }) => state === "OPEN").length;
}

/** What the query is about, in a few words. */
export function subjectOf(query: DataQuery): string {
  return query.question_text === "" ? "the read" : `“${query.question_text}”`;
}

/** What a message without words has done. */
export const EVENT_WORDS: Record<QueryMessage["event"], string> = {
  ASK: "asked",
  ANSWER: "answered",
  CLOSE: "closed the query",
  REOPEN: "reopened the query",
};
