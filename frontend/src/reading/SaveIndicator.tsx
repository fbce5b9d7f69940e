import { type Autosave, saveStatus, unsentCount } from "@/domain/autosave";
import type { Editing } from "@/domain/editing";
import { clockTime } from "@/ui/times";
import classes from "./ReadingRoom.module.css";

const TEXT = {
  saved: "Saved",
  saving: "Saving…",
  offline: "Offline",
  signed_out: "Signed out",
  refused: "Not saved",
  conflict: "Conflict",
} as const;

interface SaveIndicatorProps {
  save: Autosave;
  editing: Editing;
  isSigned: boolean;
}

/** Always on the screen: whether the work is safe. */
export function SaveIndicator({ save, editing, isSigned }: SaveIndicatorProps) {
  const status = saveStatus(save);
  if (isSigned) return <Sign state="signed" text="Signed" />;
  if (editing.is === "elsewhere") return <Sign state="read-only" text="Read-only" />;
  return <Sign state={status} text={TEXT[status]} />;
}

/** While work waits: how much of it, and since when. */
export function UnsentNote({ save, editing, isSigned }: SaveIndicatorProps) {
  const status = saveStatus(save);
  if (isSigned || editing.is === "elsewhere" || status === "saved" || status === "saving") return null;
  return (
    <span className={classes.unsent} data-testid="unsent">
      {unsentText(save)}
    </span>
  );
}

function Sign({ state, text }: { state: string; text: string }) {
  return (
    <span className={classes.save} data-save={state} role="status" aria-live="polite">
      <span className={classes.dot} />
      {text}
    </span>
  );
}

function unsentText(save: Autosave): string {
  const count = unsentCount(save);
  if (count === 0) return "nothing unsent";
  return `${count} unsent${save.unsentSince ? ` since ${clockTime(save.unsentSince)}` : ""}`;
}
