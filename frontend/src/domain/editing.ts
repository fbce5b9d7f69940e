/** Whether this window may change the read. Only one window in the world edits a read at a time. */
export type Editing =
  | { is: "asking" }
  | { is: "editor" }
  | { is: "elsewhere"; where: "browser" | "device"; since: string | null };

export type EditingEvent =
  /** The browser's lock on the read is ours, so no other window of this browser edits it. */
  | { type: "locked" }
  | { type: "locked_by_other_window" }
  /** The server has given or renewed the lease. */
  | { type: "held" }
  | { type: "held_elsewhere"; since: string | null }
  /** The server did not answer: whoever holds the lock goes on, and the base revisions keep the work apart. */
  | { type: "unanswered" };

export function reduceEditing(editing: Editing, event: EditingEvent): Editing {
  switch (event.type) {
    case "locked":
      return editing.is === "editor" ? editing : { is: "asking" };
    case "locked_by_other_window":
      return { is: "elsewhere", where: "browser", since: null };
    case "held":
      return editing.is === "editor" ? editing : { is: "editor" };
    case "held_elsewhere":
      return { is: "elsewhere", where: "device", since: event.since };
    case "unanswered":
      return editing.is === "asking" ? { is: "editor" } : editing;
  }
}

/** Whether this window's session takes edits: `SOON` while it asks for its turn. */
export type TakesEdits = "NOW" | "SOON" | "NO";

export function takesEdits(editing: Editing, isSigned: boolean): TakesEdits {
  if (isSigned) return "NO";
  if (editing.is === "asking") return "SOON";
  // While another device edits, a mark that is just being drawn here is kept all the same.
  return editing.is === "editor" || editing.where === "device" ? "NOW" : "NO";
}
