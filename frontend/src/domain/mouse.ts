/** What a drag with a button, or the wheel, does on the images. */
export type MouseAction = "tool" | "window" | "pan" | "zoom" | "scroll" | "none";

export const BUTTONS = ["left", "middle", "right", "wheel"] as const;
export const MODIFIERS = ["", "Shift+", "Ctrl+", "Ctrl+Shift+"] as const;

/** A button or the wheel with its modifiers, for example `Ctrl+left`. */
export type Gesture = `${(typeof MODIFIERS)[number]}${(typeof BUTTONS)[number]}`;
export type MouseOverrides = Record<string, MouseAction>;
export type MouseMap = Record<Gesture, MouseAction>;

export const GESTURES: Gesture[] = MODIFIERS.flatMap((modifier) =>
  BUTTONS.map((button): Gesture => `${modifier}${button}`),
);

/** As in a PACS. */
const DEFAULTS: Partial<MouseMap> = {
  left: "tool",
  right: "window",
  middle: "pan",
  wheel: "scroll",
  "Ctrl+left": "zoom",
  "Ctrl+wheel": "zoom",
};

export const MOUSE_ACTION_TEXT: Record<MouseAction, string> = {
  tool: "Chosen tool",
  window: "Window and level",
  pan: "Pan",
  zoom: "Zoom",
  scroll: "Scroll slices",
  none: "Nothing",
};

export function actionsOf(gesture: Gesture): MouseAction[] {
  return gesture.endsWith("wheel")
    ? ["scroll", "zoom", "none"]
    : ["tool", "window", "pan", "zoom", "scroll", "none"];
}

export function mouseMapOf(overrides: MouseOverrides): MouseMap {
  const entries = GESTURES.map((gesture) => {
    const own = overrides[gesture];
    const action = own && actionsOf(gesture).includes(own) ? own : (DEFAULTS[gesture] ?? "none");
    return [gesture, action] as const;
  });
  return Object.fromEntries(entries) as MouseMap;
}

/** Set one gesture; what is the default again is not stored. */
export function withMouse(overrides: MouseOverrides, gesture: Gesture, action: MouseAction): MouseOverrides {
  const { [gesture]: _, ...others } = overrides;
  return action === (DEFAULTS[gesture] ?? "none") ? others : { ...others, [gesture]: action };
}

/** What stands in the way of reading with these, or null. */
export function mouseProblem(map: MouseMap): string | null {
  const actions = new Set(Object.values(map));
  if (!actions.has("tool")) return "No button draws: give the chosen tool one, or marks cannot be made.";
  if (!actions.has("window")) return "No button changes the window.";
  return null;
}

export function gestureText(gesture: Gesture): string {
  const parts = gesture.split("+");
  const button = parts.pop();
  const what = button === "wheel" ? "wheel" : `${button} drag`;
  const text = [...parts, what].join(" + ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The gestures that do something, for the table of keys. */
export function gesturesInForce(map: MouseMap): { gesture: Gesture; action: MouseAction }[] {
  return GESTURES.map((gesture) => ({ gesture, action: map[gesture] })).filter(
    ({ action }) => action !== "none",
  );
}
