import type { Read } from "@/api/reading";
import classes from "@/ui/ai/ai.module.css";

/** Where a read with a second reader stands: the first read alone, then with the AI. */
export function PhaseBar({ read, phase }: { read: Read; phase: Read["phase"] }) {
  if (read.reader_study.ai_display !== "SECOND_READ") return null;
  const isFirst = phase === "FIRST";
  return (
    <ol className={classes.phases} aria-label="Phases of this read" data-phase={phase}>
      <li aria-current={isFirst ? "step" : undefined}>1 First read{!isFirst && ": frozen"}</li>
      <li aria-current={isFirst ? undefined : "step"}>2 With the AI</li>
    </ol>
  );
}
