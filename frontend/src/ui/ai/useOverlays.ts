import { useState } from "react";
import type { AiMaps, MapChoice } from "@/domain/aiMaps";
import { FIRST_OVERLAYS, type Strengths, stepped, toggled, withStrengths } from "@/domain/overlayStrengths";

/** How strongly what the AI says covers the images, and what changes it. */
export interface Overlays<Key extends string = MapChoice> {
  strengths: Strengths;
  setStrength: (of: keyof Strengths, strength: number) => void;
  step: (by: 1 | -1) => void;
  toggle: () => void;
  chooseMap: (map: Key) => void;
}

interface Said<Key extends string> {
  prediction: { findings: readonly unknown[] } | null;
  maps: AiMaps<Key>;
}

export function useOverlays<Key extends string>(
  { prediction, maps }: Said<Key>,
  chooseMap: (map: Key) => void,
): Overlays<Key> {
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
