import { useEffect, useRef } from "react";
import { HOTKEYS, type Hotkey } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { gesturesInForce, gestureText, MOUSE_ACTION_TEXT } from "@/domain/mouse";
import type { Preset } from "@/domain/windowPresets";
import type { InForce } from "@/ui/usePreferences";
import classes from "./ReadingRoom.module.css";

const GROUPS = [...new Set(HOTKEYS.map(({ group }) => group))];

/** What a key does here: the windows by their names; null for a number without one. */
function textOf({ action, text }: Hotkey, presets: Preset[]): string | null {
  const number = /^preset_(\d)$/.exec(action)?.[1];
  return number === undefined ? text : (presets[Number(number) - 1]?.name ?? null);
}

interface HotkeyTableProps extends Pick<InForce, "keymap" | "mouse"> {
  /** The windows of the active pane, in the order of their keys. */
  presets: Preset[];
}

/** All keys, beside the images; the same key closes it. */
export function HotkeyTable({ keymap, mouse, presets }: HotkeyTableProps) {
  const table = useRef<HTMLElement>(null);
  // On a small screen its last rows are out of sight: the keys that scroll are its own until it is closed.
  useEffect(() => table.current?.focus(), []);
  return (
    <aside ref={table} tabIndex={-1} className={classes.hotkeys} aria-label="Keys" data-scrolls>
      {GROUPS.map((group) => (
        <dl key={group} className={classes.hotkeyGroup}>
          <dt className={classes.hotkeyTitle}>{group}</dt>
          {keymap.hotkeys
            .filter((hotkey) => hotkey.group === group && textOf(hotkey, presets) !== null)
            .map((hotkey) => (
              <dd key={hotkey.action}>
                <span>
                  {hotkey.keys.map((key) => (
                    <kbd key={key}>{keyText(key)}</kbd>
                  ))}
                </span>
                {textOf(hotkey, presets)}
              </dd>
            ))}
        </dl>
      ))}
      <dl className={classes.hotkeyGroup}>
        <dt className={classes.hotkeyTitle}>Mouse</dt>
        {gesturesInForce(mouse).map(({ gesture, action }) => (
          <dd key={gesture}>
            <span>
              <kbd>{gestureText(gesture)}</kbd>
            </span>
            {MOUSE_ACTION_TEXT[action]}
          </dd>
        ))}
        <dd>
          <span>
            <kbd>Double click</kbd>
          </span>
          One pane over all, and back
        </dd>
        <dt className={classes.hotkeyTitle}>
          {/* In its own tab: the read stays open, and takes each change at once. */}
          <a href="/account/preferences" target="_blank" rel="noreferrer">
            Change keys and mouse
          </a>
        </dt>
      </dl>
    </aside>
  );
}
