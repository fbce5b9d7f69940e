import { expect, test } from "vitest";
import { EVERY_KIND } from "./examples";
import { questionForKey, questionForMark } from "./formKeys";
import type { Question } from "./labelSchema";

const second: Question = { key: "effusion", kind: "BINARY", text: "Effusion?", required: true };
const TWO_BINARY = [...EVERY_KIND.questions, second];

test("a key answers the focused question of its kind first", () => {
  expect(questionForKey(TWO_BINARY, {}, "effusion", "BINARY")?.key).toBe("effusion");
});

test("without focus it answers the first unanswered one", () => {
  expect(questionForKey(TWO_BINARY, {}, null, "BINARY")?.key).toBe("present");
  expect(questionForKey(TWO_BINARY, { present: false }, null, "BINARY")?.key).toBe("effusion");
});

test("with several answered ones and no focus it answers none", () => {
  expect(
    questionForKey(TWO_BINARY, { present: false, effusion: true }, "confidence", "BINARY"),
  ).toBeUndefined();
});

test("the only question of its kind can be changed by key", () => {
  expect(questionForKey(EVERY_KIND.questions, { suspicion: 3 }, null, "ORDINAL")?.key).toBe("suspicion");
});

test("a mark belongs to the first located question that allows its tool, else it is a measurement", () => {
  expect(questionForMark(EVERY_KIND.questions, "LENGTH")).toBe("nodules");
  expect(questionForMark(EVERY_KIND.questions, "ELLIPSE")).toBeNull();
});
