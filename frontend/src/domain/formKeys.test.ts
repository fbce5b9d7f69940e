import { expect, test } from "vitest";
import { EVERY_KIND } from "./examples";
import { answerOfKey, questionForKey, questionForMark } from "./formKeys";
import type { MultiSelectQuestion, OrdinalQuestion, Question } from "./labelSchema";

const second: Question = { key: "effusion", kind: "BINARY", text: "Effusion?", required: true };
const TWO_BINARY = [...EVERY_KIND.questions, second];

test("a key answers the focused question of its kind first", () => {
  expect(questionForKey(TWO_BINARY, {}, "effusion", true)?.key).toBe("effusion");
});

test("without focus it answers the first unanswered one", () => {
  expect(questionForKey(TWO_BINARY, {}, null, true)?.key).toBe("present");
  expect(questionForKey(TWO_BINARY, { present: false }, null, true)?.key).toBe("effusion");
});

test("with several answered ones and no focus it answers none", () => {
  expect(questionForKey(TWO_BINARY, { present: false, effusion: true }, "confidence", true)).toBeUndefined();
});

test("the only question of its kind can be changed by key", () => {
  expect(questionForKey(EVERY_KIND.questions, { suspicion: 3 }, null, 3)?.key).toBe("suspicion");
});

test("a mark belongs to the first located question that allows its tool, else it is a measurement", () => {
  expect(questionForMark(EVERY_KIND.questions, "LENGTH")).toBe("nodules");
  expect(questionForMark(EVERY_KIND.questions, "ELLIPSE")).toBeNull();
});

const SIGNS: MultiSelectQuestion = {
  key: "signs",
  kind: "MULTI_SELECT",
  text: "Signs",
  required: false,
  options: ["a", "b", "c"].map((value) => ({ value, text: value.toUpperCase() })),
};

test("a number takes a choice of several in and out, only where it has the focus", () => {
  expect(questionForKey([SIGNS], {}, null, 1)).toBeUndefined();
  expect(questionForKey([SIGNS], {}, "signs", 1)).toBe(SIGNS);
  expect(answerOfKey(SIGNS, undefined, 3)).toEqual(["c"]);
  expect(answerOfKey(SIGNS, ["c"], 1)).toEqual(["a", "c"]);
  expect(answerOfKey(SIGNS, ["c"], 3)).toBeNull();
  expect(answerOfKey(SIGNS, ["c"], 4)).toBeUndefined();
});

test("a number beyond the scale answers nothing", () => {
  const scale: OrdinalQuestion = { ...SIGNS, kind: "ORDINAL", options: ["low", "high"] };
  expect([1, 2, 3].map((said) => answerOfKey(scale, undefined, said))).toEqual([1, 2, undefined]);
});
