import { useEffect, useState, useSyncExternalStore } from "react";
import type { SegmentOverlay } from "@/domain/segmentOverlay";
import type { Pane } from "../pane";
import { StateStore } from "../viewerState";
import { HeatLayer, type HeatOverlay } from "./HeatLayer";
import { heatNote } from "./heatNote";
import { SegmentLayer } from "./SegmentLayer";

/** What lies over the images of every pane. */
export interface ImageOverlays {
  heats: readonly HeatOverlay[];
  /** On every pane: they have no labelmap that tools could change. */
  segments: readonly SegmentOverlay[];
}

// Before the pane is there, there is no state that could be watched.
const NOTHING_YET = new StateStore();

/** Draws the overlays over a pane for as long as there are any; says what cannot be shown there, and why. */
export function useOverlays(
  pane: Pane | null,
  { heats, segments }: ImageOverlays,
  ownSegments: readonly SegmentOverlay[],
): string | null {
  const isStack = pane?.view === "STACK";
  const heat = pane && heatOn(pane, heats);
  const heatLayer = useLayer(pane, heat !== null, HeatLayer);
  useEffect(() => heatLayer?.show(heat), [heatLayer, heat]);
  const own = isStack ? NONE : ownSegments;
  const segmentLayer = useLayer(pane, own.length + segments.length > 0, SegmentLayer);
  useEffect(() => segmentLayer?.show([...own, ...segments]), [segmentLayer, own, segments]);
  const store = pane?.store ?? NOTHING_YET;
  // Which images there are is known once there is one.
  useSyncExternalStore(store.subscribe, () => store.get().imageId);
  return pane && heat && heat.opacity > 0 ? heatNote(heat.map.grid, pane) : null;
}

/** The heat map about the imaging study that a pane shows; beside it any that says in which frame of reference it lies. */
function heatOn({ slices }: Pane, heats: readonly HeatOverlay[]): HeatOverlay | null {
  const series = slices[0]?.seriesInstanceUid ?? "";
  const own = heats.find(({ seriesInstanceUids }) => seriesInstanceUids.includes(series));
  return own ?? heats.find(({ map }) => map.grid.frame_of_reference_uid) ?? null;
}

const NONE: readonly SegmentOverlay[] = [];

interface Layer {
  destroy: () => void;
}

function useLayer<L extends Layer>(
  pane: Pane | null,
  isThere: boolean,
  Made: new (pane: Pane) => L,
): L | null {
  const [layer, setLayer] = useState<L | null>(null);
  useEffect(() => {
    if (!pane || !isThere) return;
    const made = new Made(pane);
    setLayer(made);
    return () => {
      setLayer(null);
      made.destroy();
    };
  }, [pane, isThere, Made]);
  return layer;
}
