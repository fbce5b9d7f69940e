import type { AiChoice } from "./aiDecisions";
import type { MapChoice } from "./aiMaps";
import type { TakesEdits } from "./editing";
import { applyEdit, type Edit } from "./edits";
import type { HotkeyAction } from "./hotkeys";
import { HOTKEYS } from "./hotkeys";
import type { Strengths } from "./overlayStrengths";
import type { ReadPayload } from "./payload";
import type { ToldEdits } from "./session";

/**
 * Two windows of one read, in step: the form window holds the session and alone saves; the image window shows what
 * the form window tells it, and tells it what the mouse has done. Either may go at any time and nothing is lost.
 */
export interface ReadOnImages {
  assignmentId: string;
  payload: ReadPayload;
  isFrozen: boolean;
  isSigned: boolean;
  takesEdits: TakesEdits;
  /** Of the edits that the image window has told: those that the payload holds, and those that came too late. */
  told: ToldEdits;
  isAiShown: boolean;
  /** Which cells of the blinding matrix of it, as one text. */
  aiCells: string;
  /** Which priors the protocol shows now: their Study Instance UIDs as one text. */
  priorsShown: string;
  selectedMarkId: string | null;
  /** How strongly the AI covers the images: the form window's sliders and either window's keys change it. */
  strengths: Strengths;
  /** Which map of the AI covers the images, as chosen beside the form. */
  map: MapChoice | null;
}

export type ToImages =
  | { type: "state"; state: ReadOnImages }
  | { type: "go_to_mark"; id: string }
  | { type: "action"; action: HotkeyAction }
  /** A copy of an AI's mark is made where the images are. */
  | { type: "ai_decide"; aiFindingKey: string; choice: AiChoice }
  /** The form window has come, for the first time or after a reload: is there an image window? */
  | { type: "anybody" }
  /** The form has just lost its turn, or is at another case: whoever told this edit keeps it. */
  | { type: "not_taken"; name: string }
  | { type: "bring_back" }
  | { type: "gone" };

/** An edit names its case, as a key does: the form may have gone on to the next one. By its own name it is taken once. */
export interface ToldEdit {
  type: "edit";
  name: string;
  assignmentId: string;
  edit: Edit;
}

interface ToldAction {
  type: "action";
  assignmentId: string;
  action: HotkeyAction;
}

export type ToForm =
  | { type: "here" }
  | ToldEdit
  | ToldAction
  | { type: "select"; id: string | null }
  | { type: "left" };

/** Both ways share one channel: each side hears the other's kinds only. */
export type WindowMessage = { to: "images"; message: ToImages } | { to: "form"; message: ToForm };

/** Whether the form window can take this now. What it cannot, waits: nothing that was drawn or pressed is dropped. */
export function mayTell(message: ToForm, state: ReadOnImages | null, isAway: boolean): boolean {
  if (message.type !== "edit" && message.type !== "action") return true;
  if (isAway || !state || state.takesEdits === "SOON" || !isOfCase(message, state)) return false;
  return message.type === "action" || state.takesEdits === "NOW";
}

/** Whether a message is about the case that the form has now; what is drawn and pressed says about which. */
export function isOfCase(message: ToForm, { assignmentId }: ReadOnImages): boolean {
  return (message.type !== "edit" && message.type !== "action") || message.assignmentId === assignmentId;
}

/** The read with what was drawn here and waits. */
export function withWaiting(payload: ReadPayload, waiting: readonly ToForm[]): ReadPayload {
  return waiting.reduce(
    (changed, message) => (message.type === "edit" ? applyEdit(changed, message.edit) : changed),
    payload,
  );
}

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
  "mark_next",
  "ai_next",
  "ai_accept",
  "ai_adjust",
  "ai_reject",
]);

/** Whether an action belongs to the images: pressed in the form window it goes to the image window. */
export function isOnImages(action: HotkeyAction): boolean {
  return ON_IMAGES.has(action);
}
