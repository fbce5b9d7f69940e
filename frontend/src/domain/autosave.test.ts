import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Autosave,
  type AutosaveEvent,
  canSend,
  hasUnsaved,
  type LocalCopy,
  localCopy,
  needsLocalCopy,
  reduceAutosave,
  resumeAutosave,
  saveStatus,
  startAutosave,
  unsentCount,
  withLeftOver,
} from "./autosave";
import type { Edit } from "./edits";
import { exampleFinding } from "./examples";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";

const answered = (value: number): ReadPayload => ({ ...EMPTY_PAYLOAD, answers: { confidence: value } });
const MORE: ReadPayload = { ...answered(1), findings: [exampleFinding("f")] };
const edited = (payload: ReadPayload): AutosaveEvent => ({
  type: "edited",
  payload,
  at: "2026-01-01T10:00:00Z",
});
const run = (state: Autosave, ...events: AutosaveEvent[]) => events.reduce(reduceAutosave, state);
const start = () => startAutosave(EMPTY_PAYLOAD, 3, null);

test("edits that come after the signature are kept beside it, on what was kept there before", () => {
  const at = "2026-01-01T12:00:00Z";
  const signed = startAutosave(answered(1), 7, null);
  const late: Edit = { type: "answer", key: "suspicion", value: 3 };
  const left = withLeftOver(signed, undefined, [late], at);
  expect(left).toMatchObject({ revision: 7, sending: null, unsentSince: at });
  expect(left?.payload.answers).toEqual({ confidence: 1, suspicion: 3 });
  // With a finding that was left there at ten.
  const before = { ...localCopy(signed), payload: MORE, unsentSince: "2026-01-01T10:00:00Z" };
  const both = withLeftOver(signed, before, [late], at);
  expect(both?.payload).toEqual({ ...MORE, answers: { confidence: 1, suspicion: 3 } });
  expect(both?.unsentSince).toBe("2026-01-01T10:00:00Z");
  // What the signed read holds is not left over.
  expect(withLeftOver(signed, undefined, [{ ...late, key: "confidence", value: 1 }], at)).toBeUndefined();
});

describe("status", () => {
  test("an edit is unsaved until the server has stored exactly it", () => {
    const changed = run(start(), edited(answered(1)));
    expect(saveStatus(changed)).toBe("saving");
    const stored = run(changed, { type: "sent", idempotencyKey: "a" }, edited(answered(2)), {
      type: "stored",
      revision: 4,
      savedAt: "2026-01-01T00:00:00Z",
    });
    expect(saveStatus(stored)).toBe("saving");
    expect(canSend(stored)).toBe(true);
  });

  test("an edit taken back needs no saving", () => {
    const state = run(start(), edited(answered(1)), edited(EMPTY_PAYLOAD));
    expect(saveStatus(state)).toBe("saved");
  });

  test("without the server the state says so and keeps the mark", () => {
    const state = run(
      start(),
      edited(answered(1)),
      { type: "sent", idempotencyKey: "a" },
      { type: "obstructed", obstacle: { reason: "unreachable" } },
    );
    expect(saveStatus(state)).toBe("offline");
    expect(state.sending?.idempotencyKey).toBe("a");
  });

  test("an unanswered draft is repeated with its own key and content, not with the newer ones", () => {
    const state = run(
      start(),
      edited(answered(1)),
      { type: "sent", idempotencyKey: "a" },
      { type: "obstructed", obstacle: { reason: "unreachable" } },
      edited(answered(2)),
      { type: "sent", idempotencyKey: "b" },
    );
    expect(state.sending).toEqual({ idempotencyKey: "a", baseRevision: 3, payload: answered(1) });
  });
});

test("a refused draft is not sent again until it has changed", () => {
  const refused = run(
    start(),
    edited(answered(1)),
    { type: "sent", idempotencyKey: "a" },
    { type: "obstructed", obstacle: { reason: "refused", code: "invalid_payload", detail: "" } },
  );
  expect(saveStatus(refused)).toBe("refused");
  expect(canSend(refused)).toBe(false);
  const changed = run(refused, edited(answered(2)), { type: "sent", idempotencyKey: "b" });
  expect(changed.sending).toEqual({ idempotencyKey: "b", baseRevision: 3, payload: answered(2) });
});

describe("conflict", () => {
  const at = "2026-01-01T11:00:00Z";
  const stale = () =>
    run(
      start(),
      edited(answered(1)),
      { type: "sent", idempotencyKey: "a" },
      { type: "stale", revision: 7, payload: answered(9), base: EMPTY_PAYLOAD },
    );

  test("keeps both versions and their base, and stops sending", () => {
    expect(saveStatus(stale())).toBe("conflict");
    expect(stale().payload).toEqual(answered(1));
    expect(stale().conflict).toEqual({ revision: 7, payload: answered(9), base: EMPTY_PAYLOAD });
    expect(canSend(stale())).toBe(false);
  });

  test("a merge goes out on top of theirs, and mine is set aside until it is let go", () => {
    const merged = run(
      stale(),
      { type: "merged", payload: answered(5), at },
      { type: "sent", idempotencyKey: "b" },
    );
    expect(merged.sending).toEqual({ idempotencyKey: "b", baseRevision: 7, payload: answered(5) });
    expect(merged.setAside).toEqual([{ payload: answered(1), at }]);
    expect(run(merged, { type: "set_aside_dropped", index: 0 }).setAside).toEqual([]);
  });

  test("a merge that is mine sets nothing aside", () => {
    const merged = run(stale(), { type: "merged", payload: answered(1), at });
    expect(merged.setAside).toEqual([]);
    expect(canSend(merged)).toBe(true);
  });

  test("a merge that is theirs is saved already", () => {
    const taken = run(stale(), { type: "merged", payload: answered(9), at });
    expect(hasUnsaved(taken)).toBe(false);
    expect(needsLocalCopy(taken)).toBe(true);
  });

  test("what was set aside survives a reload and comes back on demand", () => {
    const taken = run(stale(), { type: "merged", payload: answered(9), at });
    const reloaded = resumeAutosave(startAutosave(answered(9), 7, null), localCopy(taken));
    expect(reloaded.payload).toEqual(answered(9));
    const restored = run(reloaded, { type: "set_aside_restored", index: 0, at });
    expect(restored.payload).toEqual(answered(1));
    expect(restored.setAside).toEqual([]);
    expect(canSend(restored)).toBe(true);
  });

  test.each([
    ["both sides wrote the same", answered(1), EMPTY_PAYLOAD, answered(1), "saved"],
    ["only this side changed something", EMPTY_PAYLOAD, EMPTY_PAYLOAD, answered(1), "saving"],
    ["only the other side did", answered(9), answered(1), answered(9), "saved"],
    ["theirs is an earlier draft of mine", answered(1), EMPTY_PAYLOAD, MORE, "saving", MORE],
    ["mine is an earlier draft of theirs", MORE, EMPTY_PAYLOAD, MORE, "saved"],
  ])("is none when %s", (_, theirs, base, shown, status, mine = answered(1)) => {
    const state = run(
      start(),
      edited(mine),
      { type: "sent", idempotencyKey: "a" },
      { type: "stale", revision: 7, payload: theirs, base },
    );
    expect(saveStatus(state)).toBe(status);
    expect(state.payload).toEqual(shown);
    expect(state.revision).toBe(7);
  });
});

describe("unsent work", () => {
  test("is counted and dated from its first change, until the server has it", () => {
    const state = run(start(), edited(answered(1)), {
      type: "edited",
      payload: MORE,
      at: "2026-01-01T10:05:00Z",
    });
    expect(state.unsentSince).toBe("2026-01-01T10:00:00Z");
    expect(unsentCount(state)).toBe(2);
    const sent = run(state, { type: "sent", idempotencyKey: "a" });
    const stored = run(sent, { type: "stored", revision: 4, savedAt: "2026-01-01T10:06:00Z" });
    expect([unsentCount(stored), stored.unsentSince]).toEqual([0, null]);
  });

  test("that was refused because another device edits was not stored and waits", () => {
    const state = run(
      start(),
      edited(answered(1)),
      { type: "sent", idempotencyKey: "a" },
      { type: "held_elsewhere" },
    );
    expect(state.sending).toBeNull();
    expect(hasUnsaved(state)).toBe(true);
  });

  test("what a heartbeat notices shows at once and passes, but not a refusal", () => {
    const offline = run(start(), { type: "noticed", obstacle: { reason: "unreachable" } });
    expect(saveStatus(offline)).toBe("offline");
    expect(saveStatus(run(offline, { type: "noticed", obstacle: null }))).toBe("saved");
    const refused = run(
      start(),
      edited(answered(1)),
      { type: "sent", idempotencyKey: "a" },
      { type: "obstructed", obstacle: { reason: "refused", code: "invalid_payload", detail: "" } },
    );
    expect(saveStatus(run(refused, { type: "noticed", obstacle: null }))).toBe("refused");
  });
});

describe("after a reload", () => {
  const copy = (payload: ReadPayload, revision: number): LocalCopy => ({
    payload,
    revision,
    sending: null,
    setAside: [],
    unsentSince: "2026-01-01T10:00:00Z",
  });

  test("the browser's unsent edit comes back on the revision it was made on", () => {
    const resumed = resumeAutosave(start(), copy(answered(5), 3));
    expect(resumed.payload).toEqual(answered(5));
    expect(resumed.unsentSince).toBe("2026-01-01T10:00:00Z");
    expect(canSend(resumed)).toBe(true);
  });

  test("a copy older than the server is sent on its own base, which the server refuses with all a merge needs", () => {
    const resumed = run(resumeAutosave(start(), copy(answered(5), 2)), { type: "sent", idempotencyKey: "a" });
    expect(resumed.sending?.baseRevision).toBe(2);
  });

  test("a copy equal to the server is dropped", () => {
    expect(resumeAutosave(start(), copy(EMPTY_PAYLOAD, 1))).toEqual(start());
  });

  test("a draft without its answer is asked about even when the shown content is the server's", () => {
    const sending = { idempotencyKey: "a", baseRevision: 3, payload: answered(5) };
    const resumed = resumeAutosave(start(), { ...copy(EMPTY_PAYLOAD, 3), sending });
    expect(canSend(resumed)).toBe(true);
    expect(run(resumed, { type: "sent", idempotencyKey: "b" }).sending).toEqual(sending);
  });
});

/** The server of the contract: base revision, idempotency keys, every revision kept. */
class Server {
  revisions: ReadPayload[] = [EMPTY_PAYLOAD];
  answers = new Map<string, number>();

  put(key: string, base: number, payload: ReadPayload): number | "stale" {
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    if (base !== this.revisions.length - 1) return "stale";
    this.revisions.push(payload);
    this.answers.set(key, this.revisions.length - 1);
    return this.revisions.length - 1;
  }
}

type Step =
  | { do: "edit"; value: number }
  | { do: "send"; fate: "ok" | "request_lost" | "answer_lost" }
  | { do: "reload" };

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("edit" as const), value: fc.integer({ min: 0, max: 100 }) }),
    fc.record({
      do: fc.constant("send" as const),
      fate: fc.constantFrom("ok" as const, "request_lost" as const, "answer_lost" as const),
    }),
    fc.record({ do: fc.constant("reload" as const) }),
  ),
  { maxLength: 60 },
);

function send(
  server: Server,
  state: Autosave,
  key: string,
  fate: "ok" | "request_lost" | "answer_lost",
): Autosave {
  if (!canSend(state)) return state;
  const sent = reduceAutosave(state, { type: "sent", idempotencyKey: key });
  if (!sent.sending) throw new Error("a sent state has no draft on its way");
  const { idempotencyKey, baseRevision, payload } = sent.sending;
  const answer = fate === "request_lost" ? "lost" : server.put(idempotencyKey, baseRevision, payload);
  if (fate !== "ok" || answer === "lost") {
    return reduceAutosave(sent, { type: "obstructed", obstacle: { reason: "unreachable" } });
  }
  if (answer === "stale") {
    const newest = server.revisions.at(-1) ?? EMPTY_PAYLOAD;
    const base = server.revisions[baseRevision] ?? EMPTY_PAYLOAD;
    return reduceAutosave(sent, {
      type: "stale",
      revision: server.revisions.length - 1,
      payload: newest,
      base,
    });
  }
  return reduceAutosave(sent, { type: "stored", revision: answer, savedAt: "now" });
}

function reload(server: Server, state: Autosave): Autosave {
  const newest = server.revisions.at(-1) ?? EMPTY_PAYLOAD;
  return resumeAutosave(startAutosave(newest, server.revisions.length - 1, null), localCopy(state));
}

function play(server: Server, state: Autosave, step: Step, key: string): Autosave {
  if (step.do === "edit") return reduceAutosave(state, edited(answered(step.value)));
  return step.do === "send" ? send(server, state, key, step.fate) : reload(server, state);
}

test("one reader alone never meets a conflict and never loses an edit, whatever gets lost on the way", () => {
  fc.assert(
    fc.property(steps, (script: Step[]) => {
      const server = new Server();
      let state = startAutosave(EMPTY_PAYLOAD, 0, null);
      let latest = EMPTY_PAYLOAD;
      script.forEach((step, index) => {
        if (step.do === "edit") latest = answered(step.value);
        state = play(server, state, step, `key-${index}`);
        expect(state.payload).toEqual(latest);
        expect(saveStatus(state)).not.toBe("conflict");
      });
      for (let tries = 0; canSend(state) && tries < 5; tries += 1)
        state = send(server, state, `end-${tries}`, "ok");
      expect(saveStatus(state)).toBe("saved");
      expect(server.revisions.at(-1)).toEqual(latest);
    }),
    { numRuns: 500 },
  );
});
