import { expect, test } from "vitest";
import { HOTKEYS } from "./hotkeys";
import {
  actionOf,
  holderOf,
  keymapOf,
  keyProblem,
  keysOf,
  keyText,
  withDefaultKeys,
  withKey,
} from "./keymap";

const press = (key: string, held: { altKey?: boolean; ctrlKey?: boolean; shiftKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

test("a key of one's own replaces the default one", () => {
  const keymap = keymapOf({ tool_length: ["k"] });
  expect(actionOf(press("k"), keymap)).toBe("tool_length");
  expect(actionOf(press("l"), keymap)).toBeUndefined();
});

test("an empty list takes the keys away", () => {
  expect(actionOf(press("l"), keymapOf({ tool_length: [] }))).toBeUndefined();
});

test("an action of a later version neither disturbs nor is dropped", () => {
  const overrides = { fly_through: ["l"] };
  expect(actionOf(press("l"), keymapOf(overrides))).toBe("tool_length");
  expect(withKey(overrides, "tool_point", "ü")).toEqual({ fly_through: ["l"], tool_point: ["ü"] });
});

test("a stored key wins over the default of an action that came later", () => {
  // As if "p" had been free when it was chosen for the length.
  const keymap = keymapOf({ tool_length: ["p"] });
  expect(actionOf(press("p"), keymap)).toBe("tool_length");
  expect(keysOf(keymap, "tool_point")).toEqual([]);
});

test("a key that is taken names its holder, and swapping gives both a key", () => {
  const keymap = keymapOf({});
  expect(holderOf(keymap, "p", "tool_length")?.action).toBe("tool_point");
  expect(holderOf(keymap, "l", "tool_length")).toBeUndefined();
  const swapped = keymapOf(withKey({}, "tool_length", "p", true));
  expect(keysOf(swapped, "tool_length")).toEqual(["p"]);
  expect(keysOf(swapped, "tool_point")).toEqual(["l"]);
});

test("taking a key leaves its holder the others", () => {
  const taken = keymapOf(withKey({}, "tool_length", "v"));
  expect(keysOf(taken, "tool_select")).toEqual(["Escape"]);
});

test("resetting gives the default back, also from an action that had taken it", () => {
  const overrides = withKey({}, "tool_length", "p");
  expect(withDefaultKeys(overrides, "tool_point")).toEqual({ tool_length: [] });
  expect(withDefaultKeys(withDefaultKeys(overrides, "tool_point"), "tool_length")).toEqual({});
});

test("what equals the default is not stored", () => {
  expect(withKey({ tool_length: ["k"] }, "tool_length", "l")).toEqual({});
});

test("whatever is chosen, no key means two things", () => {
  const keys = HOTKEYS.flatMap((hotkey) => hotkey.keys);
  // Each eleventh action stands for the others, for all of them would take half a minute.
  const chosen = HOTKEYS.filter((_, index) => index % 11 === 0).flatMap(({ action }) =>
    keys.flatMap((key) => [false, true].map((swap) => ({ action, key, swap }))),
  );
  const doubled = chosen.filter(({ action, key, swap }) => {
    const { hotkeys } = keymapOf(withKey({ tool_length: ["y"] }, action, key, swap));
    const inForce = hotkeys.flatMap((row) => row.keys);
    return new Set(inForce).size !== inForce.length;
  });
  expect(doubled).toEqual([]);
});

test.each([
  [press("t", { ctrlKey: true }), "The browser keeps Ctrl T for itself."],
  [press("x", { altKey: true }), "Keys with Alt belong to the browser."],
  [press("x"), null],
])("%o: %s", (pressed, problem) => {
  expect(keyProblem(pressed)).toBe(problem);
});

test.each([
  ["Ctrl+Shift+z", "Ctrl Shift Z"],
  ["ArrowDown", "↓"],
  ["+", "+"],
  ["Ctrl++", "Ctrl +"],
])("%s is written %s", (key, text) => {
  expect(keyText(key)).toBe(text);
});
