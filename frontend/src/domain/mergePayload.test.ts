import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exampleFinding, exampleMark } from "./examples";
import { type Choices, mergePayloads } from "./mergePayload";
import { canonical, EMPTY_PAYLOAD, type Finding, type ReadPayload } from "./payload";

const withFindings = (...findings: Finding[]): ReadPayload => ({ ...EMPTY_PAYLOAD, findings });
const withAnswers = (answers: ReadPayload["answers"]): ReadPayload => ({ ...EMPTY_PAYLOAD, answers });
const conflictsOf = (items: { changedBy: string; id: string }[]) =>
  items.filter((item) => item.changedBy === "conflict").map((item) => item.id);

describe("by hand", () => {
  test("answers to different questions come together without asking", () => {
    const { payload, items } = mergePayloads(
      withAnswers({ confidence: 10 }),
      withAnswers({ confidence: 50 }),
      withAnswers({ confidence: 10, present: true }),
    );
    expect(payload.answers).toEqual({ confidence: 50, present: true });
    expect(items.map((item) => [item.id, item.changedBy])).toEqual([
      ["answer/confidence", "mine"],
      ["answer/present", "theirs"],
    ]);
  });

  test("the same answer given differently is a conflict: mine is proposed, theirs can be chosen", () => {
    const three = [withAnswers({}), withAnswers({ confidence: 1 }), withAnswers({ confidence: 2 })] as const;
    expect(mergePayloads(...three).payload.answers).toEqual({ confidence: 1 });
    expect(conflictsOf(mergePayloads(...three).items)).toEqual(["answer/confidence"]);
    const chosen = mergePayloads(...three, { "answer/confidence": "theirs" });
    expect(chosen.payload.answers).toEqual({ confidence: 2 });
  });

  test("marks drawn on both sides are all kept, each once", () => {
    const before = exampleFinding("f");
    const mine = { ...before, marks: [...before.marks, exampleMark("a")] };
    const theirs = { ...before, confidence: 5, marks: [...before.marks, exampleMark("b")] };
    const { payload, items } = mergePayloads(
      withFindings(before),
      withFindings(mine, exampleFinding("g")),
      withFindings(theirs, exampleFinding("h")),
    );
    expect(payload.findings.map((finding) => finding.id)).toEqual(["f", "g", "h"]);
    expect(payload.findings[0]?.marks.map((mark) => mark.id)).toEqual(["mark of f", "a", "b"]);
    expect(payload.findings[0]?.confidence).toBe(5);
    expect(conflictsOf(items)).toEqual([]);
  });

  test("a finding deleted here and changed there stays until the reader says otherwise", () => {
    const before = exampleFinding("f");
    const changed = { ...before, confidence: 5 };
    const three = [withFindings(before), withFindings(), withFindings(changed)] as const;
    expect(mergePayloads(...three).payload.findings).toEqual([changed]);
    expect(mergePayloads(...three, { "finding/f": "mine" }).payload.findings).toEqual([]);
  });

  test("a finding deleted here and left alone there is deleted", () => {
    const before = withFindings(exampleFinding("f"), exampleFinding("g"));
    const mine = withFindings(exampleFinding("g"));
    const theirs = { ...before, answers: { present: true } };
    expect(mergePayloads(before, mine, theirs).payload).toEqual({ ...theirs, findings: mine.findings });
  });

  test("a finding whose marks each side removed in part keeps those of one side", () => {
    const before = { ...exampleFinding("f"), marks: [exampleMark("a"), exampleMark("b")] };
    const three = [
      withFindings(before),
      withFindings({ ...before, marks: [exampleMark("a")] }),
      withFindings({ ...before, marks: [exampleMark("b")] }),
    ] as const;
    const marks = (choices: Choices) =>
      mergePayloads(...three, choices).payload.findings[0]?.marks.map((mark) => mark.id);
    expect(marks({})).toEqual(["a"]);
    expect(marks({ "marks/f": "theirs" })).toEqual(["b"]);
  });

  test("a mark moved to another finding here and changed there is there once", () => {
    const moved = exampleMark("a");
    const changed = { ...moved, measurements: { length_mm: 9 } };
    const before = withFindings(
      { ...exampleFinding("f"), marks: [moved, exampleMark("b")] },
      exampleFinding("g"),
    );
    const mine = withFindings(
      { ...exampleFinding("f"), marks: [exampleMark("b")] },
      { ...exampleFinding("g"), marks: [exampleMark("mark of g"), moved] },
    );
    const theirs = withFindings(
      { ...exampleFinding("f"), marks: [changed, exampleMark("b")] },
      exampleFinding("g"),
    );
    const ids = mergePayloads(before, mine, theirs).payload.findings.flatMap((one) =>
      one.marks.map((mark) => mark.id),
    );
    expect(ids.sort()).toEqual(["a", "b", "mark of g"]);
  });
});

// Few ids, so that the three versions often speak of the same things.
const ids = fc.constantFrom("1", "2", "3", "4");
const answers = fc.dictionary(
  fc.constantFrom("present", "confidence", "suspicion"),
  fc.integer({ min: 0, max: 3 }),
  {
    noNullPrototype: true,
  },
);
const finding = fc
  .record({
    id: ids,
    confidence: fc.option(fc.integer({ min: 0, max: 2 })),
    answers,
    marks: fc.uniqueArray(fc.record({ id: ids, length_mm: fc.integer({ min: 1, max: 2 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: (mark) => mark.id,
    }),
  })
  .map(({ id, confidence, answers: own, marks }) =>
    exampleFinding(id, {
      confidence,
      answers: own,
      marks: marks.map((mark) => ({
        ...exampleMark(`${id}.${mark.id}`),
        measurements: { length_mm: mark.length_mm },
      })),
    }),
  );
const payloads = fc
  .record({ answers, findings: fc.uniqueArray(finding, { maxLength: 4, selector: (one) => one.id }) })
  .map((content): ReadPayload => ({ ...EMPTY_PAYLOAD, ...content }));

/** The same content in one order, so that versions can be compared whatever they list first. */
function sorted(payload: ReadPayload): string {
  const by = <T extends { id: string }>(things: T[]) => [...things].sort((a, b) => (a.id < b.id ? -1 : 1));
  return canonical({
    ...payload,
    findings: by(payload.findings).map((one) => ({ ...one, marks: by(one.marks) })),
  });
}

/** Names of all that a version holds. */
function contentOf(payload: ReadPayload): Set<string> {
  return new Set([
    ...Object.keys(payload.answers).map((key) => `answer ${key}`),
    ...payload.findings.flatMap((one) => [
      `finding ${one.id}`,
      ...one.marks.map((mark) => `mark ${one.id} ${mark.id}`),
      ...Object.keys(one.answers).map((key) => `finding ${one.id} answer ${key}`),
    ]),
  ]);
}

describe("for any three versions", () => {
  const forAny = (check: (base: ReadPayload, a: ReadPayload, b: ReadPayload) => void) =>
    fc.assert(fc.property(payloads, payloads, payloads, check), { numRuns: 300 });

  test("what only one side changed is that side, to the letter", () => {
    forAny((base, a) => {
      expect(canonical(mergePayloads(base, a, base).payload)).toBe(canonical(a));
      expect(canonical(mergePayloads(base, base, a).payload)).toBe(canonical(a));
      expect(mergePayloads(base, base, base).items).toEqual([]);
    });
  });

  test("two sides alike are no conflict", () => {
    forAny((base, a) => {
      const { payload, items } = mergePayloads(base, a, a);
      expect(canonical(payload)).toBe(canonical(a));
      expect(conflictsOf(items)).toEqual([]);
    });
  });

  test("seen from the other side it is the same merge with the choices turned round", () => {
    forAny((base, a, b) => {
      const one = mergePayloads(base, a, b);
      const taken = one.items.map((item) => [item.id, item.taken === "mine" ? "theirs" : "mine"] as const);
      const other = mergePayloads(base, b, a, Object.fromEntries(taken));
      expect(sorted(other.payload)).toBe(sorted(one.payload));
      expect(conflictsOf(other.items).sort()).toEqual(conflictsOf(one.items).sort());
    });
  });

  test("nothing that either side added is missing, and nothing is there twice or out of nowhere", () => {
    forAny((base, a, b) => {
      const { payload } = mergePayloads(base, a, b);
      const [before, mine, theirs, merged] = [base, a, b, payload].map(contentOf);
      for (const name of [...(mine ?? []), ...(theirs ?? [])]) {
        if (!before?.has(name)) expect(merged).toContain(name);
      }
      for (const name of merged ?? []) expect(mine?.has(name) || theirs?.has(name)).toBe(true);
      const findings = payload.findings.map((one) => one.id);
      const marks = payload.findings.flatMap((one) => one.marks.map((mark) => mark.id));
      expect(new Set(findings).size).toBe(findings.length);
      expect(new Set(marks).size).toBe(marks.length);
      expect(payload.findings.every((one) => one.marks.length > 0)).toBe(true);
    });
  });

  test("a conflict goes the way the reader chooses, also one that a choice has brought up", () => {
    forAny((base, a, b) => {
      for (const side of ["mine", "theirs"] as const) {
        let choices: Choices = {};
        let { items } = mergePayloads(base, a, b, choices);
        // Only deleting the last mark of a finding can bring up another conflict, and that one brings up none.
        for (let round = 0; round < 2; round += 1) {
          choices = Object.fromEntries(conflictsOf(items).map((id) => [id, side]));
          items = mergePayloads(base, a, b, choices).items;
        }
        const conflicts = items.filter((item) => item.changedBy === "conflict");
        expect(conflicts.every((item) => item.taken === side)).toBe(true);
      }
    });
  });
});
