import Ajv from "ajv/dist/2020";
import { describe, expect, test } from "vitest";
import schema from "../../../portal/accounts/preferences.schema.json";
import examples from "../../../tests/shared_examples/preferences.json";
import { HOTKEYS } from "./hotkeys";
import { withKey } from "./keymap";
import { exportText, importedPreferences, NO_PREFERENCES } from "./preferences";

const validate = new Ajv({ strict: false }).compile(schema);

describe("the schema judges the shared examples as the server does", () => {
  test.each(examples.valid)("valid %#", (content) => expect(validate(content)).toBe(true));
  test.each(examples.invalid)("invalid %#", (content) => expect(validate(content)).toBe(false));
});

test("every default key may be stored", () => {
  const hotkeys = Object.fromEntries(HOTKEYS.map(({ action, keys }) => [action, keys]));
  expect(validate({ version: 1, hotkeys })).toBe(true);
});

test("an export comes back as it was", () => {
  const own = { ...NO_PREFERENCES, hotkeys: withKey({}, "tool_length", "k") };
  expect(importedPreferences(exportText(own))).toEqual(own);
});

test.each(["", "hello", "[]", "7", "{}"])("%s is no export", (text) => {
  expect(() => importedPreferences(text)).toThrow(/exported/);
});
