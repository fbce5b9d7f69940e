import { HOTKEYS, type Hotkey, type HotkeyAction, type KeyPress, keyName } from "./hotkeys";

/** Keys of one's own: action -> its keys instead of the default ones. Actions of a later version are kept. */
export type KeyOverrides = Record<string, string[]>;

export interface Keymap {
  /** The table of actions with the keys in force. */
  hotkeys: Hotkey[];
  actionOfKey: ReadonlyMap<string, HotkeyAction>;
}

/** The keys in force. A key of one's own wins over another action's default, also over one of a later version. */
export function keymapOf(overrides: KeyOverrides): Keymap {
  const own = new Set(HOTKEYS.flatMap(({ action }) => overrides[action] ?? []));
  const hotkeys = HOTKEYS.map((hotkey) => ({
    ...hotkey,
    keys: overrides[hotkey.action] ?? hotkey.keys.filter((key) => !own.has(key)),
  }));
  const actionOfKey = new Map(
    hotkeys.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
  );
  return { hotkeys, actionOfKey };
}

export const DEFAULT_KEYMAP = keymapOf({});

/** What a key press means, or undefined when it is not ours (Alt belongs to the browser). */
export function actionOf(press: KeyPress, keymap: Keymap = DEFAULT_KEYMAP): HotkeyAction | undefined {
  return press.altKey ? undefined : keymap.actionOfKey.get(keyName(press));
}

export function keysOf(keymap: Keymap, action: HotkeyAction): string[] {
  return keymap.hotkeys.find((hotkey) => hotkey.action === action)?.keys ?? [];
}

/** Keys that the browser or the form keeps for itself whatever a page asks for. */
const RESERVED = new Set([
  "Tab",
  "Shift+Tab",
  "F5",
  "Ctrl+F5",
  "F11",
  "F12",
  "Ctrl+t",
  "Ctrl+Shift+t",
  "Ctrl+n",
  "Ctrl+Shift+n",
  "Ctrl+w",
  "Ctrl+Shift+w",
  "Ctrl+r",
  "Ctrl+Shift+r",
  "Ctrl+Shift+i",
]);
const MODIFIERS = new Set([
  "Control",
  "Shift",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Process",
  "Unidentified",
]);

/** A modifier held alone is no key yet. */
export function isModifier(press: KeyPress): boolean {
  return MODIFIERS.has(press.key);
}

/** Why a key cannot be chosen, or null. */
export function keyProblem(press: KeyPress): string | null {
  if (press.altKey) return "Keys with Alt belong to the browser.";
  const key = keyName(press);
  return RESERVED.has(key) ? `The browser keeps ${keyText(key)} for itself.` : null;
}

/** The action that has this key now, other than the one it is wanted for. */
export function holderOf(keymap: Keymap, key: string, wantedFor: HotkeyAction): Hotkey | undefined {
  const holder = keymap.actionOfKey.get(key);
  return holder === wantedFor ? undefined : keymap.hotkeys.find(({ action }) => action === holder);
}

/** Give an action this key alone; `swap` hands its former keys to whoever held it. */
export function withKey(
  overrides: KeyOverrides,
  action: HotkeyAction,
  key: string,
  swap = false,
): KeyOverrides {
  const keymap = keymapOf(overrides);
  const holder = holderOf(keymap, key, action);
  const changed = { ...overrides, [action]: [key] };
  if (holder) {
    const left = holder.keys.filter((held) => held !== key);
    const given = swap ? keysOf(keymap, action).filter((held) => held !== key) : [];
    changed[holder.action] = [...left, ...given];
  }
  return withoutDefaults(changed);
}

/** Back to the default keys; an action of one's own that had taken one of them loses it. */
export function withDefaultKeys(overrides: KeyOverrides, action: HotkeyAction): KeyOverrides {
  const defaults = DEFAULT_KEYMAP.hotkeys.find((hotkey) => hotkey.action === action)?.keys ?? [];
  const entries = Object.entries(overrides)
    .filter(([name]) => name !== action)
    .map(([name, keys]) => [name, keys.filter((key) => !defaults.includes(key))] as const);
  return withoutDefaults(Object.fromEntries(entries));
}

/** Only what differs is stored, so that an improved default reaches everybody who has not chosen otherwise. */
function withoutDefaults(overrides: KeyOverrides): KeyOverrides {
  const isDefault = (action: string, keys: string[]) =>
    HOTKEYS.find((hotkey) => hotkey.action === action)?.keys.join(" ") === keys.join(" ");
  return Object.fromEntries(Object.entries(overrides).filter(([action, keys]) => !isDefault(action, keys)));
}

const KEY_TEXT: Record<string, string> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowRight: "→",
  ArrowLeft: "←",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
  Escape: "Esc",
};

/** A key as it is printed on the keyboard. */
export function keyText(key: string): string {
  const plus = key.endsWith("+") ? ["+"] : [];
  const parts = plus.length > 0 ? key.slice(0, -1).split("+").filter(Boolean) : key.split("+");
  return [...parts, ...plus]
    .map((part) => KEY_TEXT[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
