import type { HotkeyAction } from "@/domain/hotkeys";
import { type Keymap, keysOf } from "@/domain/keymap";
import { MARK_KIND_ROWS } from "@/domain/markKinds";
import type { Preset } from "@/domain/windowPresets";
import { MoreMenu } from "./MoreMenu";
import classes from "./ReadingRoom.module.css";
import { ToolButton, type ToolbarAction, type ToolEntry } from "./ToolButton";
import type { Images } from "./useImages";
import { WindowMenu } from "./WindowMenu";

interface ToolbarProps {
  images: Images;
  /** A segment tool has the mouse. */
  isSegmenting: boolean;
  presets: Preset[];
  keymap: Keymap;
  /** A frozen read can be looked at, not changed. */
  isDisabled: boolean;
  /** Its place is kept, what stands there is not drawn yet: fifty signs take longer than an image. */
  isEmpty: boolean;
  onAction: (action: HotkeyAction) => void;
}

const GROUPS: ToolbarAction[][] = [
  ["layout_one", "layout_side_by_side", "layout_above_below", "layout_four", "layout_mpr", "pane_maximise"],
  ["tool_select", ...MARK_KIND_ROWS.map(({ action }) => action), "view_magnify"],
  [
    "view_fit",
    "view_one_to_one",
    "view_rotate",
    "view_flip_horizontal",
    "view_flip_vertical",
    "window_invert",
    "cine_toggle",
    "view_reset",
  ],
  ["link_scroll", "link_view", "link_window", "reference_lines_toggle"],
  ["text_toggle", "marks_toggle"],
];
/** Used least: where the screen is narrow they stand in the menu alone, so that the toolbar stays one row. */
const RARE: ReadonlySet<ToolbarAction> = new Set([
  "layout_above_below",
  "pane_maximise",
  "tool_angle",
  "tool_cobb",
  "tool_livewire",
  "tool_spline",
  "view_one_to_one",
  "view_flip_horizontal",
  "view_flip_vertical",
  "view_reset",
  "link_view",
  "link_window",
  "reference_lines_toggle",
  "text_toggle",
  "images_window",
]);
/** What changes the read, and so rests with it. */
const CHANGES: ReadonlySet<ToolbarAction> = new Set(MARK_KIND_ROWS.map(({ action }) => action));

/** Every action as a sign with its name and key; what it does is the same as the key's. */
export function Toolbar(props: ToolbarProps) {
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Tools">
      {!props.isEmpty && <Tools {...props} />}
    </div>
  );
}

function Tools({ images, isSegmenting, presets, keymap, isDisabled, onAction }: ToolbarProps) {
  const entry = (action: ToolbarAction): ToolEntry => ({
    action,
    keyName: keysOf(keymap, action).at(-1),
    isPressed: isPressed(action, images, isSegmenting),
    isDisabled: isDisabled && CHANGES.has(action),
  });
  const button = (action: ToolbarAction) => (
    <ToolButton key={action} {...entry(action)} isRare={RARE.has(action)} onClick={() => onAction(action)} />
  );
  return (
    <>
      {GROUPS.map((actions) => (
        <div key={actions[0]} className={classes.toolGroup}>
          {actions.map(button)}
        </div>
      ))}
      <WindowMenu
        presets={presets}
        keymap={keymap}
        onAction={onAction}
        onPreset={(preset) => images.viewer.current?.applyPreset(preset)}
      />
      <MoreMenu entries={[...RARE].map(entry)} onAction={onAction} />
      <span className={classes.toolSpace} />
      {button("images_window")}
      {button("help")}
    </>
  );
}

/** Whether what a button stands for is in force; undefined for what happens once. */
function isPressed(action: ToolbarAction, images: Images, isSegmenting: boolean): boolean | undefined {
  const { grid, tool } = images;
  const states: Partial<Record<ToolbarAction, boolean>> = {
    layout_one: grid.layout === "ONE",
    layout_side_by_side: grid.layout === "SIDE_BY_SIDE",
    layout_above_below: grid.layout === "ABOVE_BELOW",
    layout_four: grid.layout === "FOUR",
    layout_mpr: grid.layout === "MPR",
    pane_maximise: grid.isMaximised,
    link_scroll: grid.links.SCROLL,
    link_view: grid.links.VIEW,
    link_window: grid.links.WINDOW,
    reference_lines_toggle: grid.hasReferenceLines,
    text_toggle: grid.hasText,
    view_magnify: grid.isMagnifying,
    tool_select: tool === null && !grid.isMagnifying && !isSegmenting,
    marks_toggle: images.areMarksVisible,
  };
  const row = MARK_KIND_ROWS.find((candidate) => candidate.action === action);
  return row ? tool === row.kind : states[action];
}
