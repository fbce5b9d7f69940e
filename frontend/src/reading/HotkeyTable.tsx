import { HOTKEYS } from "@/domain/hotkeys";
import { keyText } from "./keyText";
import classes from "./ReadingRoom.module.css";

const GROUPS = ["Images", "Layout", "Tools", "Marks", "Form", "Case"] as const;

const MOUSE: [string, string][] = [
  ["Wheel", "Scroll slices"],
  ["Right drag", "Window and level"],
  ["Middle drag", "Pan"],
  ["Ctrl + drag or wheel", "Zoom"],
  ["Double click", "One pane over all, and back"],
];

/** All keys, beside the images; the same key closes it. */
export function HotkeyTable() {
  return (
    <aside className={classes.hotkeys} aria-label="Keys">
      {GROUPS.map((group) => (
        <dl key={group} className={classes.hotkeyGroup}>
          <dt className={classes.hotkeyTitle}>{group}</dt>
          {HOTKEYS.filter((hotkey) => hotkey.group === group).map((hotkey) => (
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
        {MOUSE.map(([button, text]) => (
          <dd key={button}>
            <span>
              <kbd>{button}</kbd>
            </span>
            {text}
          </dd>
        ))}
      </dl>
    </aside>
  );
}
