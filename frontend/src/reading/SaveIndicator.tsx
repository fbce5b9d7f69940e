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
  /** Pressed while this window asks for its turn. */
  waitingKeys: number;
  isSigned: boolean;
}

/** Always on the screen: whether the work is safe, and if not, how much of it and since when. */
export function SaveIndicator({ save, editing, waitingKeys, isSigned }: SaveIndicatorProps) {
  const status = saveStatus(save);
  if (isSigned) return <Sign state="signed" text="Signed" />;
  if (editing.is === "elsewhere") return <Sign state="read-only" text="Read-only" />;
  const isWaiting = status !== "saved" && status !== "saving";
  return (
    <>
      <Sign state={status} text={TEXT[status]} />
      {waitingKeys > 0 && (
        <span
          className={classes.unsent}
          role="status"
          title="Until it is known whether this window may edit."
          data-testid="waiting-keys"
        >
          {waitingText(waitingKeys)}
        </span>
      )}
      {isWaiting && waitingKeys === 0 && (
        <span className={classes.unsent} data-testid="unsent">
          {unsentText(save)}
        </span>
      )}
    </>
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
