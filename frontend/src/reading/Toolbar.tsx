import { Tooltip } from "@mantine/core";
import type { HotkeyAction } from "@/domain/hotkeys";
import { hotkeyOf } from "@/domain/hotkeys";
import { type Keymap, keysOf, keyText } from "@/domain/keymap";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import { Icon, type IconName } from "./icons";
import classes from "./ReadingRoom.module.css";
import type { Images } from "./useImages";

type ToolbarAction = HotkeyAction & IconName;

interface ToolbarProps {
  images: Images;
  keymap: Keymap;
  /** A frozen read can be looked at, not changed. */
  isDisabled: boolean;
  onAction: (action: HotkeyAction) => void;
}

const GROUPS: ToolbarAction[][] = [
  ["layout_one", "layout_side_by_side", "layout_above_below", "layout_four", "pane_maximise"],
  ["tool_select", ...MARK_KIND_ROWS.map(({ action }) => action)],
  ["view_fit", "window_reset", "window_invert"],
  ["marks_toggle"],
];
/** What changes the read, and so rests with it. */
const CHANGES: ReadonlySet<ToolbarAction> = new Set(MARK_KIND_ROWS.map(({ action }) => action));

/** Every action as a sign with its name and key; what it does is the same as the key's. */
export function Toolbar({ images, keymap, isDisabled, onAction }: ToolbarProps) {
  const button = (action: ToolbarAction) => (
    <ToolButton
      key={action}
      action={action}
      keyName={keysOf(keymap, action).at(-1)}
      isPressed={isPressed(action, images)}
      isDisabled={isDisabled && CHANGES.has(action)}
      onClick={() => onAction(action)}
    />
  );
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Tools">
      {GROUPS.map((actions) => (
        <div key={actions[0]} className={classes.toolGroup}>
          {actions.map(button)}
        </div>
      ))}
      <span className={classes.toolSpace} />
      {button("help")}
    </div>
  );
}

/** Whether what a button stands for is in force; undefined for what happens once. */
function isPressed(action: ToolbarAction, images: Images): boolean | undefined {
  const { grid, tool } = images;
  const states: Partial<Record<ToolbarAction, boolean>> = {
    layout_one: grid.layout === "ONE",
    layout_side_by_side: grid.layout === "SIDE_BY_SIDE",
    layout_above_below: grid.layout === "ABOVE_BELOW",
    layout_four: grid.layout === "FOUR",
    pane_maximise: grid.isMaximised,
    tool_select: tool === null,
    marks_toggle: images.areMarksVisible,
  };
  const row = MARK_KIND_ROWS.find((candidate) => candidate.action === action);
  return row ? tool === row.kind : states[action];
}

interface ToolButtonProps {
  action: ToolbarAction;
  keyName: string | undefined;
  isPressed: boolean | undefined;
  isDisabled: boolean;
  onClick: () => void;
}

function ToolButton({ action, keyName, isPressed, isDisabled, onClick }: ToolButtonProps) {
  const { text } = hotkeyOf(action);
  return (
    <Tooltip
      label={
        <>
          {text} {keyName !== undefined && <kbd>{keyText(keyName)}</kbd>}
        </>
      }
      openDelay={350}
      position="bottom"
      color="dark"
    >
      <button
        type="button"
        className={classes.tool}
        aria-label={text}
        aria-pressed={isPressed}
        disabled={isDisabled}
        onClick={onClick}
      >
        <Icon name={action} />
      </button>
    </Tooltip>
  );
}
