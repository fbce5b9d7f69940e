import { describe, expect, it } from "vitest";
import { type DataQuery, notClosed, subjectOf, waitingForReader } from "./dataQueries";

const query = (number: number, state: DataQuery["state"], question_text = ""): DataQuery => ({
  id: String(number),
  read_id: "r",
  assignment_id: "a",
  case: "Case 001",
  number,
  question_key: question_text && "key",
  question_text,
  state,
  created_at: "2026-11-26T10:00:00Z",
  messages: [],
});

describe("data queries", () => {
  it("that wait for the reader come first, closed ones are left out", () => {
    const all = [query(1, "ANSWERED"), query(2, "CLOSED"), query(3, "OPEN"), query(4, "OPEN")];
    expect(notClosed(all).map(({ number }) => number)).toEqual([3, 4, 1]);
    expect(waitingForReader(all)).toBe(2);
    expect(waitingForReader([])).toBe(0);
  });

  it("name the question they are about", () => {
    expect(subjectOf(query(1, "OPEN"))).toBe("the read");
    expect(subjectOf(query(1, "OPEN", "How sure?"))).toBe("“How sure?”");
  });
});
