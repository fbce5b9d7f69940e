import { expect, test } from "vitest";
import { EVERY_KIND, exampleFinding, exampleMark } from "@/domain/examples";
import { mergePayloads } from "@/domain/mergePayload";
import { EMPTY_PAYLOAD, type ReadPayload } from "@/domain/payload";
import { placeText, valueText } from "./mergeText";

function linesOf(base: ReadPayload, mine: ReadPayload, theirs: ReadPayload): string[] {
  const words = { questions: EVERY_KIND.questions, mine };
  return mergePayloads(base, mine, theirs).items.map((item) => {
    const [before, here, there] = (["base", "mine", "theirs"] as const).map((side) =>
      valueText(item, side, words),
    );
    return `${placeText(item, words)}: ${before} | ${here} | ${there}`;
  });
}

test("answers are said in the words of the form", () => {
  const base = { ...EMPTY_PAYLOAD, answers: { present: true } };
  const mine = { ...EMPTY_PAYLOAD, answers: { present: false, suspicion: 4 } };
  expect(linesOf(base, mine, { ...base, answers: { present: true, confidence: 70 } })).toEqual([
    "Nodule present?: Yes | No | Yes",
    "Suspicion: not answered | 4 probably | not answered",
    "Confidence: not answered | not answered | 70",
  ]);
});

test("findings go by their number, and marks by kind and place", () => {
  const before = { ...EMPTY_PAYLOAD, findings: [exampleFinding("f"), exampleFinding("g")] };
  const [f, g] = before.findings;
  if (!f || !g) throw new Error("the example has two findings");
  const mine = { ...before, findings: [{ ...f, confidence: 10 }] };
  const moved = {
    ...exampleMark("mark of g"),
    geometry: { ...exampleMark("x").geometry, points_mm: [[7, 8, 9] as const] },
  };
  const theirs = {
    ...before,
    findings: [
      { ...f, confidence: 90 },
      { ...g, marks: [moved] },
    ],
  };
  expect(linesOf(before, mine, theirs)).toEqual([
    "Finding 1: how sure: 80 | 10 | 90",
    "A finding deleted here: Point at 1, 2, 3 mm; pulmonary nodule; sure: 80 | deleted | Point at 7, 8, 9 mm; pulmonary nodule; sure: 80",
  ]);
});
