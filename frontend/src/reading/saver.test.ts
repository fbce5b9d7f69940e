import { expect, test } from "vitest";
import type { OwnSession } from "@/api/designs";
import { Problem, Unreachable } from "@/api/problem";
import { EMPTY_PAYLOAD } from "@/domain/payload";
import { nextToRead } from "./nextToRead";
import { eventOfFailure, eventOfFailureAs, noticedIn, pauseBefore_ms } from "./saver";

const problem = (status: number, code: string, more = {}) =>
  new Problem({ title: "", status, code, ...more });

test("a stale base brings the server's version along", () => {
  const failure = problem(409, "stale_revision", {
    current_revision: 7,
    current_payload: EMPTY_PAYLOAD,
    base_payload: EMPTY_PAYLOAD,
  });
  expect(eventOfFailure(failure)).toEqual({
    type: "stale",
    revision: 7,
    payload: EMPTY_PAYLOAD,
    base: EMPTY_PAYLOAD,
  });
});

test("a read that another browser edits is no obstacle to be tried again", () => {
  expect(eventOfFailure(problem(409, "held_elsewhere"))).toEqual({ type: "held_elsewhere" });
});

test("a read that is suddenly not there asks who is signed in", async () => {
  const gone = problem(404, "not_found");
  const as = async (present: string) => eventOfFailureAs("anna", gone, async () => present);
  expect(await as("bert")).toEqual({ type: "obstructed", obstacle: { reason: "other_account" } });
  expect(await as("anna")).toMatchObject({ obstacle: { reason: "refused", code: "not_found" } });
});

test("beside the drafts only what keeps them from arriving is noticed", () => {
  expect(noticedIn(null)).toBeNull();
  expect(noticedIn(problem(404, "not_found"))).toBeNull();
  expect(noticedIn(problem(401, "not_authenticated"))).toEqual({ reason: "signed_out" });
});

test.each([
  [new Unreachable(new TypeError()), "unreachable"],
  [problem(503, "http_503"), "unreachable"],
  [problem(429, "throttled"), "unreachable"],
  [problem(401, "not_authenticated"), "signed_out"],
  [problem(400, "invalid_payload"), "refused"],
  [problem(409, "wrong_state"), "refused"],
])("%s is an obstacle of kind %s", (failure, reason) => {
  expect(eventOfFailure(failure)).toMatchObject({ type: "obstructed", obstacle: { reason } });
});

test("repetitions wait longer each time, but never more than half a minute", () => {
  expect([0, 1, 2, 3, 4, 5, 20].map(pauseBefore_ms)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

test("the next case is the first unsigned one in the reader's own order", () => {
  const assignment = (position: number, state: "SIGNED" | "VOID" | "DRAFT" | "PENDING") => ({
    id: `a${position}`,
    position,
    state,
    case_name: "",
    session: 1,
    is_training: position === 3,
    role: "READER" as const,
    is_openable: true,
    signed_at: null,
    stale_read_id: null,
  });
  const session = (is_open: boolean): OwnSession => ({
    number: 1,
    opens_on: null,
    closes_on: null,
    total: 4,
    signed: 1,
    is_open,
    code: "",
    detail: "",
    opens_at: null,
    ends_at: null,
    is_ordered_by_ai: false,
  });
  const list = [
    assignment(4, "PENDING"),
    assignment(1, "SIGNED"),
    assignment(3, "DRAFT"),
    assignment(2, "VOID"),
  ];
  const open = [session(true)];
  expect(nextToRead(list, open, "OPEN")?.id).toBe("a3");
  expect(nextToRead([assignment(1, "SIGNED")], open, "OPEN")).toBeUndefined();
  expect(nextToRead(list, [session(false)], "OPEN")).toBeUndefined();
  expect(nextToRead(list, open, "PAUSED")).toBeUndefined();
  // After the close only arbitrations go on.
  expect(nextToRead(list, open, "CLOSED")).toBeUndefined();
  const arbitration = { ...assignment(5, "PENDING"), role: "ARBITRATION" as const };
  expect(nextToRead([...list, arbitration], open, "CLOSED")?.id).toBe("a5");
  expect(nextToRead([...list, arbitration], open, "LOCKED")).toBeUndefined();
  expect(nextToRead(list, open, "PILOTING")?.id).toBe("a3");
  expect(nextToRead([assignment(4, "PENDING")], open, "PILOTING")).toBeUndefined();
});
