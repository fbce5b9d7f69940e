import { expect, test } from "vitest";
import { changedSince, cleaned, lengthOf, reversed, stepWords, toStore } from "./clinicalTexts";

const EDIT = { case: "Case 001", before: "Cough.", after: "Fever." };

test("a step backwards puts back what was there, and says so in the reason", () => {
  const step = { edits: [EDIT], reason: "Sent late" };
  expect(reversed(step)).toEqual({
    edits: [{ case: "Case 001", before: "Fever.", after: "Cough." }],
    reason: "Undone: Sent late",
  });
  expect(reversed(reversed({ edits: [EDIT], reason: "" }))).toEqual({ edits: [EDIT], reason: "" });
  expect(reversed({ edits: [], reason: "x".repeat(1000) }).reason).toHaveLength(1000);
});

test("each text names the version that it replaces", () => {
  const stored = [{ case: "Case 001", text: "Cough.", version: 4 }];
  expect(toStore({ edits: [EDIT], reason: "" }, stored)).toEqual([
    { case: "Case 001", text: "Fever.", base_version: 4 },
  ]);
});

test.each([
  ["is as it was", [{ case: "Case 001", text: "Cough.", version: 5 }], undefined],
  ["was changed elsewhere", [{ case: "Case 001", text: "Other.", version: 5 }], "Case 001"],
  ["is gone", [], "Case 001"],
])("what %s meanwhile is known before anything is sent", (_, stored, name) => {
  expect(changedSince({ edits: [EDIT], reason: "" }, stored)).toBe(name);
});

test("a text is cleaned and counted as the server does", () => {
  expect(cleaned("  Cough.  \r\n\r\n- 3 weeks\t\rNodule?\u2028 \n")).toBe("Cough.\n\n- 3 weeks\nNodule?");
  expect(lengthOf("a\r\nb ")).toBe(3);
  expect(lengthOf("🫁🫁")).toBe(2);
});

test("a step is said in words", () => {
  expect(stepWords({ edits: [EDIT], reason: "" })).toBe("Text of Case 001 stored.");
  expect(stepWords({ edits: [{ ...EDIT, after: "" }], reason: "" })).toBe("Text of Case 001 taken away.");
  expect(stepWords({ edits: [EDIT, { ...EDIT, case: "Case 002" }], reason: "" })).toBe(
    "Texts of 2 cases stored.",
  );
});
