import { useEffect, useState } from "react";
import type { Pane } from "../pane";
import { HeatLayer, type HeatOverlay } from "./HeatLayer";

/** Draws a heat map over a pane for as long as there is one. */
export function useHeat(pane: Pane | null, heat: HeatOverlay | null): void {
  const [layer, setLayer] = useState<HeatLayer | null>(null);
  const isThere = heat !== null;
  useEffect(() => {
    if (!pane || !isThere) return;
    const made = new HeatLayer(pane);
    setLayer(made);
    return () => {
      setLayer(null);
      made.destroy();
    };
  }, [pane, isThere]);
  useEffect(() => layer?.show(heat), [layer, heat]);
}
