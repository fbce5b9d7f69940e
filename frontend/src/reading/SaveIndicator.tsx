import { type Autosave, saveStatus } from "@/domain/autosave";
import classes from "./ReadingRoom.module.css";

const TEXT = {
  saved: "Saved",
  saving: "Saving…",
  offline: "Offline",
  refused: "Not saved",
  conflict: "Conflict",
} as const;

/** Always on the screen: whether the work is safe. */
export function SaveIndicator({ save, isSigned }: { save: Autosave; isSigned: boolean }) {
  const status = saveStatus(save);
  const text = isSigned ? "Signed" : TEXT[status];
  return (
    <span className={classes.save} data-save={isSigned ? "signed" : status} role="status" aria-live="polite">
      <span className={classes.dot} />
      {text}
    </span>
  );
}
