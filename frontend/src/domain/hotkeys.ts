import type { MarkKind } from "./labelSchema";

/** Everything a key does in the reading room. */
export type HotkeyAction =
  | "slice_next"
  | "slice_previous"
  | "slice_forward_10"
  | "slice_back_10"
  | "slice_first"
  | "slice_last"
  | "series_next"
  | "series_previous"
  | "layout_one"
  | "layout_side_by_side"
  | "layout_above_below"
  | "layout_four"
  | "layout_mpr"
  | "slab_mode_next"
  | "slab_thicker"
  | "slab_thinner"
  | "pane_maximise"
  | "pane_next"
  | "pane_previous"
  | "hang_again"
  | "images_window"
  | "tool_select"
  | `tool_${Lowercase<MarkKind>}`
  | `segment_${"brush" | "eraser" | "threshold" | "grow" | "smaller" | "larger" | "new" | "opacity"}`
  | "view_fit"
  | "view_one_to_one"
  | "view_rotate"
  | "view_flip_horizontal"
  | "view_flip_vertical"
  | "view_reset"
  | "view_magnify"
  | "text_toggle"
  | "cine_toggle"
  | "cine_faster"
  | "cine_slower"
  | "link_scroll"
  | "link_view"
  | "link_window"
  | "reference_lines_toggle"
  | "preset_1"
  | "preset_2"
  | "preset_3"
  | "preset_4"
  | "preset_5"
  | "preset_6"
  | "preset_7"
  | "preset_8"
  | "preset_9"
  | "window_reset"
  | "window_invert"
  | "marks_hide"
  | "marks_show"
  | "marks_toggle"
  | "mark_delete"
  | "mark_next"
  | "mark_previous"
  | "mark_back"
  | "finding_extend"
  | "box_first"
  | "box_last"
  | "undo"
  | "redo"
  | "answer_yes"
  | "answer_no"
  | "answer_1"
  | "answer_2"
  | "answer_3"
  | "answer_4"
  | "answer_5"
  | "ai_next"
  | "ai_accept"
  | "ai_adjust"
  | "ai_reject"
  | "heat_toggle"
  | "heat_more"
  | "heat_less"
  | "clinical_text_toggle"
  | "first_read_freeze"
  | "sign"
  | "next_case"
  | "help";

export interface Hotkey {
  /** `KeyboardEvent.key`, lower case for letters, with `Ctrl+` (also the Mac's Cmd) or `Shift+` before it. */
  keys: string[];
  action: HotkeyAction;
  group: "Images" | "View" | "Window" | "Layout" | "Tools" | "Marks" | "Form" | "AI" | "Case";
  text: string;
}

export const HOTKEYS: Hotkey[] = [
  { keys: ["ArrowDown"], action: "slice_next", group: "Images", text: "Next slice (also the wheel)" },
  { keys: ["ArrowUp"], action: "slice_previous", group: "Images", text: "Previous slice" },
  { keys: ["PageDown"], action: "slice_forward_10", group: "Images", text: "10 slices on" },
  { keys: ["PageUp"], action: "slice_back_10", group: "Images", text: "10 slices back" },
  { keys: ["Home"], action: "slice_first", group: "Images", text: "First slice" },
  { keys: ["End"], action: "slice_last", group: "Images", text: "Last slice" },
  { keys: ["ArrowRight"], action: "series_next", group: "Images", text: "Next series" },
  { keys: ["ArrowLeft"], action: "series_previous", group: "Images", text: "Previous series" },
  { keys: ["Space"], action: "cine_toggle", group: "Images", text: "Cine: play or pause" },
  { keys: ["+", "Ctrl+ArrowUp"], action: "cine_faster", group: "Images", text: "Cine: faster" },
  { keys: ["-", "Ctrl+ArrowDown"], action: "cine_slower", group: "Images", text: "Cine: slower" },
  { keys: ["f"], action: "view_fit", group: "View", text: "Fit image to pane" },
  { keys: ["Shift+f"], action: "view_one_to_one", group: "View", text: "Full size: one pixel to one" },
  { keys: ["Shift+ArrowRight"], action: "view_rotate", group: "View", text: "Rotate 90° clockwise" },
  { keys: ["Shift+ArrowLeft"], action: "view_flip_horizontal", group: "View", text: "Flip left and right" },
  { keys: ["Shift+ArrowUp"], action: "view_flip_vertical", group: "View", text: "Flip top and bottom" },
  { keys: ["Shift+l"], action: "view_magnify", group: "View", text: "Magnifying glass (hold the button)" },
  { keys: ["0"], action: "view_reset", group: "View", text: "Reset view and window" },
  { keys: ["Shift+t"], action: "text_toggle", group: "View", text: "Hide or show text" },
  { keys: ["w"], action: "window_reset", group: "Window", text: "Reset window; again: the image's next one" },
  { keys: ["i"], action: "window_invert", group: "Window", text: "Invert" },
  { keys: ["1"], action: "preset_1", group: "Window", text: "1. window of the modality" },
  { keys: ["2"], action: "preset_2", group: "Window", text: "2. window of the modality" },
  { keys: ["3"], action: "preset_3", group: "Window", text: "3. window of the modality" },
  { keys: ["4"], action: "preset_4", group: "Window", text: "4. window of the modality" },
  { keys: ["5"], action: "preset_5", group: "Window", text: "5. window of the modality" },
  { keys: ["6"], action: "preset_6", group: "Window", text: "6. window of the modality" },
  { keys: ["7"], action: "preset_7", group: "Window", text: "7. window of the modality" },
  { keys: ["8"], action: "preset_8", group: "Window", text: "8. window of the modality" },
  { keys: ["9"], action: "preset_9", group: "Window", text: "9. window of the modality" },
  { keys: ["Shift+s"], action: "layout_one", group: "Layout", text: "Single pane" },
  { keys: ["Shift+d"], action: "layout_side_by_side", group: "Layout", text: "Double: side by side" },
  { keys: ["Shift+u"], action: "layout_above_below", group: "Layout", text: "Upper and lower pane" },
  { keys: ["Shift+q"], action: "layout_four", group: "Layout", text: "Quad: two by two" },
  { keys: ["Shift+y"], action: "layout_mpr", group: "Layout", text: "Orthogonal planes (MPR), and back" },
  {
    keys: ["Shift+Home"],
    action: "slab_mode_next",
    group: "Layout",
    text: "Planes: thin, MIP, MinIP, average",
  },
  { keys: ["Shift+PageUp"], action: "slab_thicker", group: "Layout", text: "Planes: thicker slab" },
  { keys: ["Shift+PageDown"], action: "slab_thinner", group: "Layout", text: "Planes: thinner slab" },
  { keys: ["x"], action: "pane_maximise", group: "Layout", text: "Active pane over all, and back" },
  { keys: ["."], action: "pane_next", group: "Layout", text: "Next pane" },
  { keys: [","], action: "pane_previous", group: "Layout", text: "Previous pane" },
  { keys: ["Shift+7"], action: "link_scroll", group: "Layout", text: "Link scrolling" },
  { keys: ["Shift+8"], action: "link_view", group: "Layout", text: "Link zoom and pan" },
  { keys: ["Shift+9"], action: "link_window", group: "Layout", text: "Link windows (grey levels)" },
  { keys: ["Shift+6"], action: "reference_lines_toggle", group: "Layout", text: "Reference lines" },
  { keys: ["Shift+h"], action: "hang_again", group: "Layout", text: "Hang the case again, as it opened" },
  {
    keys: ["Shift+w"],
    action: "images_window",
    group: "Layout",
    text: "Images in their own window, and back",
  },
  { keys: ["Escape", "v"], action: "tool_select", group: "Tools", text: "Select (no tool)" },
  { keys: ["p"], action: "tool_point", group: "Tools", text: "Point" },
  { keys: ["Shift+p"], action: "tool_probe", group: "Tools", text: "Probe: the value at a point" },
  { keys: ["l"], action: "tool_length", group: "Tools", text: "Length" },
  { keys: ["d"], action: "tool_bidirectional", group: "Tools", text: "Long and short axis" },
  { keys: ["g"], action: "tool_angle", group: "Tools", text: "Angle" },
  { keys: ["Shift+g"], action: "tool_cobb", group: "Tools", text: "Cobb angle" },
  { keys: ["t"], action: "tool_arrow", group: "Tools", text: "Arrow with text" },
  { keys: ["r"], action: "tool_rectangle", group: "Tools", text: "Rectangle" },
  { keys: ["e"], action: "tool_ellipse", group: "Tools", text: "Ellipse" },
  { keys: ["c"], action: "tool_circle", group: "Tools", text: "Circle" },
  { keys: ["o"], action: "tool_freehand", group: "Tools", text: "Freehand contour" },
  { keys: ["Shift+o"], action: "tool_livewire", group: "Tools", text: "Livewire contour" },
  { keys: ["s"], action: "tool_spline", group: "Tools", text: "Spline contour" },
  { keys: ["Shift+r"], action: "tool_box", group: "Tools", text: "3D box" },
  { keys: ["k"], action: "segment_brush", group: "Tools", text: "Segment: brush; again: eraser" },
  { keys: ["Shift+e"], action: "segment_eraser", group: "Tools", text: "Segment: eraser" },
  { keys: ["Shift+b"], action: "segment_threshold", group: "Tools", text: "Segment: threshold brush" },
  { keys: ["Shift+c"], action: "segment_grow", group: "Tools", text: "Segment: grow a region from a click" },
  {
    keys: ["<", "Ctrl+ArrowLeft"],
    action: "segment_smaller",
    group: "Tools",
    text: "Smaller brush (also Alt and the wheel)",
  },
  { keys: [">", "Ctrl+ArrowRight"], action: "segment_larger", group: "Tools", text: "Larger brush" },
  { keys: ["Shift+n"], action: "segment_new", group: "Tools", text: "Next stroke begins a new segment" },
  {
    keys: ["Shift+i"],
    action: "segment_opacity",
    group: "Tools",
    text: "Segments fainter, stronger, outline only",
  },
  { keys: ["m"], action: "mark_next", group: "Marks", text: "Jump to the next mark" },
  { keys: ["Shift+m"], action: "mark_previous", group: "Marks", text: "Jump to the mark before" },
  { keys: ["b"], action: "mark_back", group: "Marks", text: "Back to where you were before the jump" },
  { keys: ["a"], action: "finding_extend", group: "Marks", text: "Add the next mark to this finding" },
  {
    keys: ["[", "Ctrl+Home"],
    action: "box_first",
    group: "Marks",
    text: "The chosen 3D box begins at this slice",
  },
  {
    keys: ["]", "Ctrl+End"],
    action: "box_last",
    group: "Marks",
    text: "The chosen 3D box ends at this slice",
  },
  { keys: ["h"], action: "marks_hide", group: "Marks", text: "Hide all marks while held" },
  { keys: ["Shift+v"], action: "marks_toggle", group: "Marks", text: "Hide or show all marks" },
  { keys: ["Delete", "Backspace"], action: "mark_delete", group: "Marks", text: "Delete the selected mark" },
  { keys: ["Ctrl+z"], action: "undo", group: "Marks", text: "Undo" },
  { keys: ["Ctrl+Shift+z", "Ctrl+y"], action: "redo", group: "Marks", text: "Redo" },
  { keys: ["y"], action: "answer_yes", group: "Form", text: "Yes" },
  { keys: ["n"], action: "answer_no", group: "Form", text: "No" },
  { keys: ["Shift+1"], action: "answer_1", group: "Form", text: "First choice" },
  { keys: ["Shift+2"], action: "answer_2", group: "Form", text: "Second choice" },
  { keys: ["Shift+3"], action: "answer_3", group: "Form", text: "Third choice" },
  { keys: ["Shift+4"], action: "answer_4", group: "Form", text: "Fourth choice" },
  { keys: ["Shift+5"], action: "answer_5", group: "Form", text: "Fifth choice" },
  { keys: ["Shift+k"], action: "ai_next", group: "AI", text: "Jump to the next finding of the AI" },
  { keys: ["Shift+a"], action: "ai_accept", group: "AI", text: "Accept the chosen finding of the AI" },
  { keys: ["Shift+j"], action: "ai_adjust", group: "AI", text: "Accept it and adjust the copy" },
  { keys: ["Shift+x"], action: "ai_reject", group: "AI", text: "Reject it" },
  { keys: ["z"], action: "heat_toggle", group: "AI", text: "The AI on the images off and on" },
  { keys: ["u"], action: "heat_more", group: "AI", text: "The AI on the images stronger" },
  { keys: ["j"], action: "heat_less", group: "AI", text: "The AI on the images weaker" },
  { keys: ["q"], action: "clinical_text_toggle", group: "Case", text: "Hide or show the clinical text" },
  {
    keys: ["Shift+Enter"],
    action: "first_read_freeze",
    group: "Case",
    text: "Freeze the first read and show the AI",
  },
  { keys: ["Ctrl+Enter"], action: "sign", group: "Case", text: "Sign" },
  { keys: ["Enter"], action: "next_case", group: "Case", text: "Next case (once signed)" },
  { keys: ["?"], action: "help", group: "Case", text: "Show or hide this table" },
];

/** The row of an action. */
export function hotkeyOf(action: HotkeyAction): Hotkey {
  const row = HOTKEYS.find((hotkey) => hotkey.action === action);
  if (!row) throw new Error(`The table of keys has no row for ${action}.`);
  return row;
}

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  /** `KeyboardEvent.code`: tells a digit from the sign that Shift makes of it, on every keyboard. */
  code?: string;
}

/** Actions that last as long as their key is held down, and what letting go does. */
export const RELEASED: Partial<Record<HotkeyAction, HotkeyAction>> = { marks_hide: "marks_show" };

/** The written form of a key press, as the table spells it. */
export function keyName(press: KeyPress): string {
  const digit = /^Digit(\d)$/.exec(press.code ?? "")?.[1];
  if (digit !== undefined) return withModifiers(press, digit, true);
  const isLetter = /^\p{L}$/u.test(press.key);
  const key = isLetter ? press.key.toLowerCase() : press.key === " " ? "Space" : press.key;
  // A shifted sign such as "?" already says the shift in its key.
  return withModifiers(press, key, isLetter || key.length > 1);
}

function withModifiers(press: KeyPress, key: string, saysShift: boolean): string {
  const control = press.ctrlKey || press.metaKey ? "Ctrl+" : "";
  return control + (press.shiftKey && saysShift ? "Shift+" : "") + key;
}
