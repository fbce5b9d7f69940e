import { expect, test } from "vitest";
import { HOTKEYS, keyName } from "./hotkeys";
import { actionOf } from "./keymap";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {},
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
])("%o means %s", (pressed, action) => {
  expect(actionOf(pressed)).toBe(action);
});

test("every key of the table is spelt as a key press is", () => {
  for (const key of HOTKEYS.flatMap((hotkey) => hotkey.keys)) {
    const parts = key.split("+");
    const pressed = press(parts.at(-1) ?? "", {
      ctrlKey: parts.includes("Ctrl"),
      shiftKey: parts.includes("Shift"),
    });
    expect(keyName(pressed)).toBe(key);
  }
});
