import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Autosave,
  type AutosaveEvent,
  canSend,
  hasUnsaved,
  localCopy,
  needsLocalCopy,
  reduceAutosave,
  resumeAutosave,
  saveStatus,
  startAutosave,
} from "./autosave";
import { EMPTY_PAYLOAD, type ReadPayload } from "./payload";

const answered = (value: number): ReadPayload => ({ ...EMPTY_PAYLOAD, answers: { confidence: value } });
const run = (state: Autosave, ...events: AutosaveEvent[]) => events.reduce(reduceAutosave, state);
const start = () => startAutosave(EMPTY_PAYLOAD, 3, null);

describe("status", () => {
  test("an edit is unsaved until the server has stored exactly it", () => {
    const edited = run(start(), { type: "edited", payload: answered(1) });
    expect(saveStatus(edited)).toBe("saving");
    const stored = run(
      edited,
      { type: "sent", idempotencyKey: "a" },
      { type: "edited", payload: answered(2) },
      { type: "stored", revision: 4, savedAt: "2026-01-01T00:00:00Z" },
    );
    expect(saveStatus(stored)).toBe("saving");
    expect(canSend(stored)).toBe(true);
  });

  test("an edit taken back needs no saving", () => {
    const state = run(
      start(),
      { type: "edited", payload: answered(1) },
      { type: "edited", payload: EMPTY_PAYLOAD },
    );
    expect(saveStatus(state)).toBe("saved");
  });

  test("without the server the state says so and keeps the mark", () => {
    const state = run(
      start(),
      { type: "edited", payload: answered(1) },
      { type: "sent", idempotencyKey: "a" },
      { type: "obstructed", obstacle: { reason: "unreachable" } },
    );
    expect(saveStatus(state)).toBe("offline");
    expect(state.sending?.idempotencyKey).toBe("a");
  });

  test("an unanswered draft is repeated with its own key and content, not with the newer ones", () => {
    const state = run(
      start(),
      { type: "edited", payload: answered(1) },
      { type: "sent", idempotencyKey: "a" },
      { type: "obstructed", obstacle: { reason: "unreachable" } },
      { type: "edited", payload: answered(2) },
      { type: "sent", idempotencyKey: "b" },
    );
    expect(state.sending).toEqual({ idempotencyKey: "a", baseRevision: 3, payload: answered(1) });
  });
});

test("a refused draft is not sent again until it has changed", () => {
  const refused = run(
    start(),
    { type: "edited", payload: answered(1) },
    { type: "sent", idempotencyKey: "a" },
    { type: "obstructed", obstacle: { reason: "refused", code: "invalid_payload", detail: "" } },
  );
  expect(saveStatus(refused)).toBe("refused");
  expect(canSend(refused)).toBe(false);
  const changed = run(
    refused,
    { type: "edited", payload: answered(2) },
    { type: "sent", idempotencyKey: "b" },
  );
  expect(changed.sending).toEqual({ idempotencyKey: "b", baseRevision: 3, payload: answered(2) });
});

describe("conflict", () => {
  const stale = () =>
    run(
      start(),
      { type: "edited", payload: answered(1) },
      { type: "sent", idempotencyKey: "a" },
      { type: "stale", revision: 7, payload: answered(9) },
    );

  test("keeps both versions and stops sending", () => {
    expect(saveStatus(stale())).toBe("conflict");
    expect(stale().payload).toEqual(answered(1));
    expect(stale().conflict).toEqual({ revision: 7, payload: answered(9) });
    expect(canSend(stale())).toBe(false);
  });

  test("mine kept goes out on top of theirs", () => {
    const kept = run(stale(), { type: "mine_kept" }, { type: "sent", idempotencyKey: "b" });
    expect(kept.sending).toEqual({ idempotencyKey: "b", baseRevision: 7, payload: answered(1) });
  });

  test("theirs taken is the saved state", () => {
    const taken = run(stale(), { type: "theirs_taken" });
    expect(taken.payload).toEqual(answered(9));
    expect(hasUnsaved(taken)).toBe(false);
  });

  test("mine is set aside when theirs is taken, survives a reload and comes back on demand", () => {
    const taken = run(stale(), { type: "theirs_taken" });
    expect(needsLocalCopy(taken)).toBe(true);
    const reloaded = resumeAutosave(startAutosave(answered(9), 7, null), localCopy(taken));
    expect(reloaded.payload).toEqual(answered(9));
    const restored = run(reloaded, { type: "set_aside_restored" });
    expect(restored.payload).toEqual(answered(1));
    expect(restored.setAside).toBeNull();
    expect(canSend(restored)).toBe(true);
  });

  test("is none when the other side wrote the same", () => {
    const state = run(
      start(),
      { type: "edited", payload: answered(1) },
      { type: "sent", idempotencyKey: "a" },
      { type: "stale", revision: 7, payload: answered(1) },
    );
    expect(saveStatus(state)).toBe("saved");
    expect(state.revision).toBe(7);
  });
});

describe("after a reload", () => {
  test("the browser's unsent edit comes back on the revision it was made on", () => {
    const resumed = resumeAutosave(start(), {
      payload: answered(5),
      revision: 3,
      sending: null,
      setAside: null,
    });
    expect(resumed.payload).toEqual(answered(5));
    expect(canSend(resumed)).toBe(true);
  });

  test("a copy older than the server is a conflict, not an overwrite", () => {
    const resumed = resumeAutosave(start(), {
      payload: answered(5),
      revision: 2,
      sending: null,
      setAside: null,
    });
    expect(saveStatus(resumed)).toBe("conflict");
  });

  test("a copy equal to the server is dropped", () => {
    expect(
      resumeAutosave(start(), { payload: EMPTY_PAYLOAD, revision: 1, sending: null, setAside: null }),
    ).toEqual(start());
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
    return reduceAutosave(sent, { type: "stale", revision: server.revisions.length - 1, payload: newest });
  }
  return reduceAutosave(sent, { type: "stored", revision: answer, savedAt: "now" });
}

function reload(server: Server, state: Autosave): Autosave {
  const newest = server.revisions.at(-1) ?? EMPTY_PAYLOAD;
  return resumeAutosave(startAutosave(newest, server.revisions.length - 1, null), localCopy(state));
}

function play(server: Server, state: Autosave, step: Step, key: string): Autosave {
  if (step.do === "edit") return reduceAutosave(state, { type: "edited", payload: answered(step.value) });
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
