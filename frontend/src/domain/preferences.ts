import type { KeyOverrides } from "./keymap";
import type { MouseOverrides } from "./mouse";

export interface WindowPreset {
  name: string;
  modality: string;
  center: number;
  width: number;
}

/** How the images behave, where that is a matter of taste. */
export interface ViewerPreferences {
  wheel_is_reversed?: boolean;
  /** A tool stays chosen after a mark is drawn. */
  keeps_tool?: boolean;
}

/** What a person has set for themselves, as the server keeps it: only what differs from the defaults. */
export interface Preferences {
  version: 1;
  hotkeys?: KeyOverrides;
  mouse?: MouseOverrides;
  window_presets?: WindowPreset[];
  viewer?: ViewerPreferences;
}

export const NO_PREFERENCES: Preferences = { version: 1 };

/** The name of the file that an export makes, and the text in it. */
export const EXPORT_NAME = "overread-preferences.json";

export function exportText(preferences: Preferences): string {
  return `${JSON.stringify(preferences, null, 2)}\n`;
}

/** Read an exported file. Its content is judged by the server; what is no preferences at all is said here. */
export function importedPreferences(text: string): Preferences {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("This file is no JSON. Choose a file that this page has exported.");
  }
  if (typeof content !== "object" || content === null || !("version" in content)) {
    throw new Error("This file holds no preferences. Choose a file that this page has exported.");
  }
  return content as Preferences;
}
