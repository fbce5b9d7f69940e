import { useState } from "react";
import type { MapChoice } from "@/domain/aiMaps";
import { FIRST_OVERLAYS, type Strengths, stepped, toggled, withStrengths } from "@/domain/overlayStrengths";
import type { AiSays } from "./useAiSays";

/** How strongly what the AI says covers the images, and what changes it. */
export interface Overlays {
  strengths: Strengths;
  setStrength: (of: keyof Strengths, strength: number) => void;
  step: (by: 1 | -1) => void;
  toggle: () => void;
  chooseMap: (map: MapChoice) => void;
}

export function useOverlays(
  { prediction, maps }: Pick<AiSays, "prediction" | "maps">,
  chooseMap: (map: MapChoice) => void,
): Overlays {
  const [state, set] = useState(FIRST_OVERLAYS);
  const has = {
    heat: maps.chosen !== null,
    marks: (prediction?.findings.length ?? 0) > 0,
  };
  return {
    strengths: state.now,
    setStrength: (of, strength) =>
      set((before) => withStrengths(before, { ...before.now, [of]: strength }, has)),
    step: (by) => set((before) => stepped(before, by, has)),
    toggle: () => set((before) => toggled(before, has)),
    chooseMap,
  };
}
