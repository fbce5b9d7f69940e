import { describe, expect, it } from "vitest";
import {
  type Design,
  pairingOf,
  redone,
  sumText,
  tellsBeforeAi,
  votersOf,
  votesOnACase,
  withKind,
  withOrder,
  withRepeats,
} from "./designs";

const SINGLE: Design = {
  kind: "SINGLE",
  arms: [{ key: "A", name: "Reading", ai_display: "AFTER_SIGNING", blinding: { dates: "SHOWN" } }],
  sessions: [{ opens_on: "2026-12-01", closes_on: null, washout_days: 0 }],
  balance: "READERS",
  pairing: { kind: "FULLY_CROSSED" },
  repeats: { count: 0, minimum_distance: 10 },
  training: [],
};

describe("a design as another kind", () => {
  it("has two arms and sessions in a crossover, with past reads hidden and the first day kept", () => {
    const crossover = withKind(SINGLE, "CROSSOVER");
    expect(crossover.arms.map(({ ai_display }) => ai_display)).toEqual(["HIDDEN", "CONCURRENT"]);
    for (const arm of crossover.arms) {
      expect(arm.blinding).toEqual({ dates: "SHOWN", own_past_reads: "HIDDEN" });
    }
    expect(crossover.sessions.map(({ opens_on, washout_days }) => [opens_on, washout_days])).toEqual([
      ["2026-12-01", 0],
      [null, 28],
    ]);
  });

  it("has one arm and one session otherwise", () => {
    const back = withKind(withKind(SINGLE, "CROSSOVER"), "SEQUENTIAL");
    expect(back.arms.map(({ ai_display }) => ai_display)).toEqual(["SECOND_READ"]);
    expect(back.sessions).toHaveLength(1);
  });

  it("masks answers until the lock where an AI is compared, and not for annotation", () => {
    expect(withKind(SINGLE, "CROSSOVER").masked_until_lock).toBe(true);
    expect(withKind(SINGLE, "ANNOTATION").masked_until_lock).toBe(false);
    expect(withKind(withKind(SINGLE, "CROSSOVER"), "SINGLE").masked_until_lock).toBe(true);
  });

  it("is itself as its own kind", () => {
    expect(withKind(SINGLE, "SINGLE")).toBe(SINGLE);
  });
});

it("hides past reads and the AI after signing once cases come again", () => {
  const [arm] = withRepeats(SINGLE, { count: 2, minimum_distance: 5 }).arms;
  expect(arm).toMatchObject({ ai_display: "HIDDEN", blinding: { dates: "SHOWN", own_past_reads: "HIDDEN" } });
  expect(withRepeats(SINGLE, { count: 0, minimum_distance: 5 }).arms).toBe(SINGLE.arms);
});

it("starts a partial pairing with no more cases than there are", () => {
  for (const cases of [0, 1, 2, 5, 20]) {
    const pairing = pairingOf("PARTIALLY_PAIRED", cases);
    if (pairing.kind !== "PARTIALLY_PAIRED") throw new Error("another kind");
    expect(pairing.common + pairing.own).toBeLessThanOrEqual(Math.max(cases, 1));
  }
});

it("writes the sum out where it is one", () => {
  expect(sumText(withKind(SINGLE, "CROSSOVER"), 20, 4, 160)).toBe(
    "20 cases × 4 readers × 2 sessions = 160 reads",
  );
  expect(sumText(SINGLE, 20, 4, 80)).toBe("20 cases × 4 readers = 80 reads");
  expect(sumText({ ...SINGLE, pairing: { kind: "DOUBLE" } }, 20, 4, 40)).toContain(": 40 reads");
  const arbitration = {
    trigger: "EVERY" as const,
    arbitrators: ["a"],
    questions: [],
    shows: "ANSWERS" as const,
  };
  expect(sumText({ ...SINGLE, pairing: { kind: "DOUBLE", arbitration } }, 20, 4, 40)).toContain(
    "3 readers and 1 arbitrator",
  );
});

describe("votes of a consensus", () => {
  const readers = ["a", "b", "c", "d", "e"].map((user_id) => ({ user_id }));

  it("are two a case in a double reading, and its arbitrator has none", () => {
    const design: Design = {
      ...SINGLE,
      pairing: {
        kind: "DOUBLE",
        arbitration: { arbitrators: ["e"], trigger: "EVERY", questions: [], shows: "ANSWERS" },
      },
    };
    const voters = votersOf(design, readers);
    expect(voters.map(({ user_id }) => user_id)).toEqual(["a", "b", "c", "d"]);
    expect(votesOnACase(design, voters.length)).toBe(2);
    expect(votesOnACase(design, 1)).toBe(1);
  });

  it("are everybody's where everybody reads every case, and fewer where cases are shared out", () => {
    expect(votersOf(SINGLE, readers)).toHaveLength(5);
    expect(votesOnACase(SINGLE, 5)).toBe(5);
    expect(votesOnACase({ ...SINGLE, pairing: { kind: "SPLIT_PLOT", blocks: ["1", "2"] } }, 5)).toBe(2);
    const lists = [
      { reader: "a", arm: "A", cases: ["Case 001", "Case 002"] },
      { reader: "a", arm: "B", cases: ["Case 001", "Case 002"] },
      { reader: "b", arm: "A", cases: ["Case 001"] },
    ];
    expect(votesOnACase({ ...SINGLE, pairing: { kind: "LISTED", lists } }, 5)).toBe(1);
    expect(votesOnACase({ ...SINGLE, pairing: { kind: "PARTIALLY_PAIRED", common: 4, own: 2 } }, 5)).toBe(1);
  });
});

describe("a change that is made again to what another tab has stored", () => {
  it("takes what it changed, and from there all the rest", () => {
    const now: Design = { ...SINGLE, balance: "READERS", training: ["a"] };
    const change = { base: SINGLE, design: { ...SINGLE, repeats: { count: 2, minimum_distance: 10 } } };
    expect(redone(change, now)).toEqual({ ...now, repeats: { count: 2, minimum_distance: 10 } });
  });
});

describe("the AI's order of a worklist", () => {
  const order = { by: "AI_SCORE", told_before_ai: true } as const;

  it("is taken and given back, and leaves the rest of the arm", () => {
    const ordered = withOrder(SINGLE, 0, order);
    expect(ordered.arms).toEqual([{ ...SINGLE.arms[0], worklist_order: order }]);
    expect(withOrder(ordered, 0, null)).toEqual(SINGLE);
  });

  it("tells of the AI wherever its scores are not shown in the first read", () => {
    const arm = { key: "A", name: "Reading", blinding: {} };
    expect(tellsBeforeAi({ ...arm, ai_display: "CONCURRENT" })).toBe(false);
    expect(tellsBeforeAi({ ...arm, ai_display: "CONCURRENT", blinding: { ai_scores: "HIDDEN" } })).toBe(true);
    expect(tellsBeforeAi({ ...arm, ai_display: "SECOND_READ" })).toBe(true);
    expect(tellsBeforeAi({ ...arm, ai_display: "HIDDEN" })).toBe(true);
  });
});
