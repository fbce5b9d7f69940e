import { describe, expect, it } from "vitest";
import type { Estimate } from "./analysisResult";
import type { Description } from "./description";
import type { EndpointResult, PlannedResult } from "./plannedResult";
import { plannedSummary } from "./plannedSummary";
import type { AnswerLine } from "./resultSummary";

const estimate = (value: number, more: Partial<Estimate> = {}): Estimate => ({
  value,
  low: value - 0.05,
  high: value + 0.05,
  level: 0.95,
  method: "or RRRC",
  n: 100,
  ...more,
});

const GAIN: EndpointResult = {
  key: "gain",
  role: "PRIMARY",
  figure: "AUC",
  hypothesis: "DIFFERENCE",
  margin: null,
  alpha: 0.05,
  method: "MRMC_OR",
  generalise_to: "READERS_AND_CASES",
  of: { subject: "aided", outcome: estimate(0.9) },
  against: { subject: "unaided", outcome: estimate(0.85) },
  difference: estimate(0.05, { low: 0.01, high: 0.09 }),
  test: { statistic: 2.5, df: 10, p: 0.03, method: "t", n: 100 },
  p_adjusted: 0.03,
  shown: true,
};

const described = (value: number) => estimate(value, { method: "ustat, logit", low: value - 0.04 });
const means = { auc: described(0.901), sensitivity: described(0.8), specificity: described(0.7) };
const DESCRIPTION = {
  subjects: [
    { key: "unaided", kind: "READERS", name: "Unaided", readers: 5, means, seconds: null },
    { key: "aided", kind: "READERS", name: "With AI", readers: 5, means, seconds: null },
    { key: "ai", kind: "AI", name: "Finder 1", readers: null, means: null, seconds: null },
  ],
  participants: [
    {
      key: "ai",
      subject: "ai",
      kind: "AI",
      name: "Finder 1",
      binary: { undefined: "not-collected", detail: "", n: 0 },
      roc: { counts: { positives: 50, negatives: 50 }, estimates: { auc: described(0.88) }, curve: [] },
    },
  ],
  changes: [
    {
      before: "unaided",
      after: "aided",
      auc: described(0.052),
      flow: { counts: [], changes: [], level: 0.95 },
      cases: {},
    },
  ],
  groups: { undefined: "not-collected", detail: "Nothing is known.", n: 0 },
} as unknown as Description;

function cards(endpoints: EndpointResult[]): Record<string, AnswerLine[]> {
  const counts = { positives: 50, negatives: 50, reads_signed: 9, reads_assigned: 10 };
  const result = { endpoints, counts, exclusions: [] } as unknown as PlannedResult;
  const answers = plannedSummary(result, DESCRIPTION);
  return Object.fromEntries(
    answers.map(({ question, lines }) => [
      question,
      lines.map((line) => (typeof line === "string" ? { text: line } : line)),
    ]),
  );
}

const texts = (lines: AnswerLine[] | undefined) => (lines ?? []).map(({ text }) => text);

describe("the overview of a planned result", () => {
  it("shows an endpoint's numbers with its method, and none of its own for the same thing", () => {
    const { "How good are the readers?": readers, "Does the AI help?": help } = cards([GAIN]);
    expect(readers?.[0]).toEqual({
      text: "Unaided, mean of 5 readers: AUC 0.850 (0.800–0.900)",
      about: "primary endpoint gain, Obuchowski–Rockette · 95 % interval",
    });
    expect(texts(readers).filter((text) => text.includes("AUC"))).toHaveLength(2);
    expect(texts(readers).join()).not.toContain("0.901");
    expect(help?.[0]).toEqual({
      text: "AUC, With AI − Unaided: +0.050 (0.010–0.090)",
      about: "primary endpoint gain, Obuchowski–Rockette · 95 % interval · p = 0.030",
      verdict: "demonstrated: aided − unaided, differs (alpha 0.05)",
    });
    expect(texts(help).join()).not.toContain("0.052");
  });

  it("describes what is no endpoint, and says so", () => {
    const { "How good is the AI?": ai, "How good are the readers?": readers } = cards([GAIN]);
    expect(ai).toEqual([
      { text: "Finder 1: AUC 0.880 (0.840–0.930)", about: "described · 95 % interval: ustat, logit" },
    ]);
    expect(texts(readers)).toContain("With AI, mean of 5 readers: Sensitivity 0.800 (0.760–0.850)");
    expect(cards([])["Does the AI help?"]?.[0]?.text).toBe("AUC, With AI − Unaided: +0.052 (0.012–0.102)");
  });

  it("says that an endpoint is undefined, beside what is described", () => {
    const nothing = { undefined: "missing-readings", detail: "Readings are missing.", n: 0 };
    const broken = { ...GAIN, of: { subject: "aided", outcome: nothing }, difference: nothing, shown: null };
    const { "How good are the readers?": readers, "How sure is this?": sure } = cards([broken]);
    expect(texts(readers)).toContain("With AI, mean of 5 readers: AUC not defined: readings are missing");
    expect(texts(readers)).toContain("With AI, mean of 5 readers: AUC 0.901 (0.861–0.951)");
    expect(texts(sure)[0]).toBe("Primary endpoint gain: undefined");
  });

  it("shows what only an endpoint has, as of marks, before the usual figures", () => {
    const marked = { ...GAIN, key: "marks", figure: "WAFROC", against: null, difference: null, test: null };
    const { "How good are the readers?": readers, "How good is the AI?": ai } = cards([marked]);
    expect(readers?.find(({ text }) => text.startsWith("With AI"))).toEqual({
      text: "With AI, mean of 5 readers: Area under the weighted AFROC curve (wAFROC) 0.900 (0.850–0.950)",
      about: "primary endpoint marks, Obuchowski–Rockette · 95 % interval",
    });
    expect(texts([...(readers ?? []), ...(ai ?? [])]).filter((text) => text.includes("wAFROC"))).toHaveLength(
      1,
    );
  });

  it("is silent about an interval that is not there, and prefers the endpoint where neither has one", () => {
    const bare = estimate(0.85, { low: null, high: null, note: "No variance." });
    const poor = { ...means, auc: { ...described(0.85), low: null, high: null, note: "No variance." } };
    const subjects = DESCRIPTION.subjects.map((one) =>
      one.key === "unaided" ? { ...one, means: poor } : one,
    );
    const endpoint = { ...GAIN, against: { subject: "unaided", outcome: bare } };
    const result = { endpoints: [endpoint], counts: {}, exclusions: [] } as unknown as PlannedResult;
    const [, readers] = plannedSummary(result, { ...DESCRIPTION, subjects });
    expect(readers?.lines[0]).toEqual({
      text: "Unaided, mean of 5 readers: AUC 0.850 (no interval)",
      about: "primary endpoint gain, Obuchowski–Rockette",
    });
  });

  it("takes the interval of an AI alone from the description where the endpoint's is that of the difference", () => {
    const bare = estimate(0.88, { low: null, high: null, note: "Its interval is that of the difference." });
    const against = { subject: "unaided", outcome: estimate(0.85) };
    const endpoint = { ...GAIN, key: "ai", of: { subject: "ai", outcome: bare }, against };
    const { "How good is the AI?": ai } = cards([endpoint]);
    expect(texts(ai)).toEqual([
      "Finder 1: AUC 0.880 (0.840–0.930)",
      "AUC, Finder 1 − Unaided: +0.050 (0.010–0.090)",
    ]);
  });
});
