import type { Edit } from "./edits";
import type { HotkeyAction } from "./hotkeys";
import { HOTKEYS } from "./hotkeys";
import type { ReadPayload } from "./payload";

/**
 * Two windows of one read, in step: the form window holds the session and alone saves; the image window shows what
 * the form window tells it, and tells it what the mouse has done. Either may go at any time and nothing is lost.
 */
export interface ReadOnImages {
  assignmentId: string;
  payload: ReadPayload;
  isFrozen: boolean;
  isAiShown: boolean;
  selectedMarkId: string | null;
}

export type ToImages =
  | { type: "state"; state: ReadOnImages }
  | { type: "go_to_mark"; id: string }
  | { type: "action"; action: HotkeyAction }
  /** The form window has come, for the first time or after a reload: is there an image window? */
  | { type: "anybody" }
  | { type: "bring_back" }
  | { type: "gone" };

export type ToForm =
  | { type: "here" }
  | { type: "edit"; edit: Edit }
  | { type: "action"; action: HotkeyAction }
  | { type: "select"; id: string | null }
  | { type: "left" };

/** Both ways share one channel: each side hears the other's kinds only. */
export type WindowMessage = { to: "images"; message: ToImages } | { to: "form"; message: ToForm };

export function channelName(formId: string): string {
  return `overread-windows-${formId}`;
}

const GROUPS_ON_IMAGES: ReadonlySet<string> = new Set(["Images", "View", "Window", "Layout", "Tools"]);
const ON_IMAGES = new Set<HotkeyAction>([
  ...HOTKEYS.filter(({ group }) => GROUPS_ON_IMAGES.has(group)).map(({ action }) => action),
  "marks_toggle",
  "marks_hide",
  "marks_show",
  "mark_previous",
  "mark_back",
  "finding_extend",
  "box_first",
  "box_last",
  "heat_toggle",
  "heat_more",
  "heat_less",
  "mark_next",
]);

/** Whether an action belongs to the images: pressed in the form window it goes to the image window. */
export function isOnImages(action: HotkeyAction): boolean {
  return ON_IMAGES.has(action);
}
