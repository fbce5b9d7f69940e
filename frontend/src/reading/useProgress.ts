import { useState } from "react";
import type { FirstReadFrozen, Phase, Read, ReadSigned } from "@/api/reading";
import type { Step } from "./useSigning";

/** How far a read is: in which phase, signed or not, and whether the AI is shown. */
export interface Progress {
  phase: Phase;
  isSigned: boolean;
  isAiShown: boolean;
  /** What ends the phase that the read is in. */
  step: Step;
  nextAssignmentId: string | null;
  onFrozen: (frozen: FirstReadFrozen) => void;
  onSigned: (signed: ReadSigned) => void;
}

export function useProgress(read: Read): Progress {
  const [frozen, onFrozen] = useState<FirstReadFrozen | null>(null);
  const [signed, onSigned] = useState<ReadSigned | null>(null);
  const phase = frozen?.phase ?? read.phase;
  const isSecondReader = read.reader_study.ai_display === "SECOND_READ";
  return {
    phase,
    isSigned: signed !== null || read.signed_at !== null,
    isAiShown: (signed ?? frozen ?? read).comparison_available,
    step: isSecondReader && phase === "FIRST" ? "FREEZE" : "SIGN",
    nextAssignmentId: (signed ?? read).next_assignment_id,
    onFrozen,
    onSigned,
  };
}
