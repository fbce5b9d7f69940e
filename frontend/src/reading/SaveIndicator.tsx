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

interface UnsentNoteProps extends SaveIndicatorProps {
  /** Pressed while this window asks for its turn. */
  waitingKeys: number;
}

/** While work waits: how much of it, and since when. */
export function UnsentNote({ save, editing, waitingKeys, isSigned }: UnsentNoteProps) {
  const status = saveStatus(save);
  if (isSigned || editing.is === "elsewhere") return null;
  if (waitingKeys > 0) {
    return (
      <span
        className={classes.unsent}
        role="status"
        title="Until it is known whether this window may edit."
        data-testid="waiting-keys"
      >
        {waitingText(waitingKeys)}
      </span>
    );
  }
  if (status === "saved" || status === "saving") return null;
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

function waitingText(count: number): string {
  return count === 1 ? "1 key waits" : `${count} keys wait`;
}

function unsentText(save: Autosave): string {
  const count = unsentCount(save);
  if (count === 0) return "nothing unsent";
  return `${count} unsent${save.unsentSince ? ` since ${clockTime(save.unsentSince)}` : ""}`;
}
