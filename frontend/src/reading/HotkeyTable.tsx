import { HOTKEYS } from "@/domain/hotkeys";
import { keyText } from "@/domain/keymap";
import { gesturesInForce, gestureText, MOUSE_ACTION_TEXT } from "@/domain/mouse";
import type { InForce } from "@/ui/usePreferences";
import classes from "./ReadingRoom.module.css";

const GROUPS = [...new Set(HOTKEYS.map(({ group }) => group))];

/** All keys, beside the images; the same key closes it. */
export function HotkeyTable({ keymap, mouse }: Pick<InForce, "keymap" | "mouse">) {
  return (
    <aside className={classes.hotkeys} aria-label="Keys">
      {GROUPS.map((group) => (
        <dl key={group} className={classes.hotkeyGroup}>
          <dt className={classes.hotkeyTitle}>{group}</dt>
          {keymap.hotkeys
            .filter((hotkey) => hotkey.group === group)
            .map((hotkey) => (
              <dd key={hotkey.action}>
                <span>
                  {hotkey.keys.map((key) => (
                    <kbd key={key}>{keyText(key)}</kbd>
                  ))}
                </span>
                {hotkey.text}
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
