import { expect, test } from "vitest";
import { HOTKEYS, keyName } from "./hotkeys";
import { actionOf } from "./keymap";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> & { code?: string } = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

test("no key means two things and no action has two rows", () => {
  const keys = HOTKEYS.flatMap((hotkey) => hotkey.keys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(HOTKEYS.map((hotkey) => hotkey.action)).size).toBe(HOTKEYS.length);
});

test.each([
  [press("z", { ctrlKey: true }), "undo"],
  [press("Z", { metaKey: true, shiftKey: true }), "redo"],
  [press("Enter"), "next_case"],
  [press("Enter", { ctrlKey: true }), "sign"],
  [press("?", { shiftKey: true }), "help"],
  [press("L"), "tool_length"],
  [press("l", { altKey: true }), undefined],
  [press("ü"), undefined],
  // On a US and on a French keyboard: the digit row looks at windows, with Shift it answers.
  [press("1", { code: "Digit1" }), "preset_1"],
  [press("!", { code: "Digit1", shiftKey: true }), "answer_1"],
  [press("&", { code: "Digit1" }), "preset_1"],
  [press("1", { code: "Digit1", shiftKey: true }), "answer_1"],
  [press("1", { code: "Numpad1" }), "preset_1"],
  [press(" ", { code: "Space" }), "cine_toggle"],
  [press("+", { shiftKey: true, code: "Equal" }), "cine_faster"],
])("%o means %s", (pressed, action) => {
  expect(actionOf(pressed)).toBe(action);
});

test("every key of the table is spelt as a key press is", () => {
  for (const key of HOTKEYS.flatMap((hotkey) => hotkey.keys)) {
    const parts = key.split(/\+(?=.)/);
    const last = parts.at(-1) ?? "";
    const pressed = press(last, {
      ...(/^\d$/.test(last) ? { code: `Digit${last}` } : {}),
      ctrlKey: parts.includes("Ctrl"),
      shiftKey: parts.includes("Shift"),
    });
    expect(keyName(pressed)).toBe(key);
  }
});

test("every action has a key that German and French keyboards have without AltGr", () => {
  // A letter, a digit of the row above, a key with a name, or a sign that both type with Shift at most.
  const isEverywhere = (key: string) => /^(Ctrl\+)?(Shift\+)?([a-z0-9]|[A-Z][A-Za-z]+|[.,+?])$/.test(key);
  const lacking = HOTKEYS.filter(({ keys }) => !keys.some(isEverywhere)).map(({ action }) => action);
  expect(lacking).toEqual([]);
});
