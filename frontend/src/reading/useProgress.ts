import { useState } from "react";
import type { FirstReadFrozen, Particulars, Phase, Read, ReadSigned } from "@/api/reading";
import type { Step } from "./useSigning";

/** How far a read is: in which phase, signed or not, and whether the AI is shown. */
export interface Progress {
  phase: Phase;
  isSigned: boolean;
  isAiShown: boolean;
  /** Which cells of it, as one text. */
  aiCells: string;
  /** What is shown of patient, date, site and text in this phase. */
  particulars: Particulars;
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
  const newest = signed ?? frozen ?? read;
  return {
    phase,
    isSigned: signed !== null || read.signed_at !== null,
    isAiShown: newest.comparison_available,
    aiCells: newest.particulars.ai_cells.join(" "),
    particulars: newest.particulars,
    step: isSecondReader && phase === "FIRST" ? "FREEZE" : "SIGN",
    nextAssignmentId: (signed ?? read).next_assignment_id,
    onFrozen,
    onSigned,
  };
}
