import { lineText, pageLine } from "@/domain/frames/line";
import type { LoadProgress } from "./prefetch";
import classes from "./Viewer.module.css";

/** How much of the series is in memory; it fades when all of it is. */
export function ProgressBar({ progress }: { progress: LoadProgress }) {
  const { loaded, total } = progress;
  const isComplete = total > 0 && loaded === total;
  return (
    <div
      className={classes.progress}
      role="progressbar"
      title={`${loaded} of ${total} slices loaded (${lineText(pageLine)})`}
      aria-label="Slices loaded"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={loaded}
    >
      <div
        className={isComplete ? `${classes.progressDone} ${classes.progressComplete}` : classes.progressDone}
        style={{ width: total === 0 ? 0 : `${(loaded / total) * 100}%` }}
      />
    </div>
  );
}
