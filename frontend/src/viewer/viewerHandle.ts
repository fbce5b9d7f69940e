import { type Grid, withActive } from "@/domain/grid";
import type { Looks } from "@/domain/keptView";
import type { MarkKind } from "@/domain/labelSchema";
import { sizesOf } from "@/domain/measurements";
import type { Geometry } from "@/domain/payload";
import { unitText } from "@/domain/pixelStatistics";
import type { ShownValues } from "@/domain/valueStart";
import type { Preset } from "@/domain/windowPresets";
import { copyOfAiMark } from "./aiCopy";
import { boxReachingTo } from "./box";
import type { GridController } from "./GridController";
import { slicesFor, type ViewerMark } from "./markLayer";
import type { Pane } from "./pane";
import { type SegmentCommands, segmentCommands } from "./segments/commands";
import { seriesOfMark } from "./seriesOfMark";
import type { Slice } from "./slices";
import { drawThumbnail } from "./thumbnail";
import type { DrawnMark } from "./toPayload";

/** What keys and buttons outside the images do with the active pane. */
export interface ViewerHandle {
  goTo: (index: number) => void;
  scrollBy: (steps: number) => void;
  fit: () => void;
  oneToOne: () => void;
  rotate: () => void;
  flip: (axis: "horizontal" | "vertical") => void;
  reset: () => void;
  resetWindow: () => void;
  applyPreset: (preset: Preset) => void;
  toggleInvert: () => void;
  toggleCine: () => void;
  changeCineRate: (factor: number) => void;
  /** How all panes are looked at now; null before there are any. */
  looks: () => Looks | null;
  /** From now on a pane that comes back begins as it is hung. */
  forgetLooks: () => void;
  /** Whose values are on the active pane; null before there are any. */
  shownValues: () => ShownValues | null;
  /** Draw the middle slice of a series; rejects when it cannot be had. */
  drawThumbnail: (seriesInstanceUid: string, canvas: HTMLCanvasElement) => Promise<void>;
  /** The views in a series, each once: "R MLO"; empty where it names none. */
  viewNamesOf: (seriesInstanceUid: string) => Promise<string[]>;
  /** Go to the slice of a mark on a pane that shows its series; false when none does. */
  jumpToMark: (mark: ViewerMark) => boolean;
  /** The series of a case on which a mark lies, shown or not; null for none. Rejects when one cannot be had. */
  seriesOfMark: (mark: ViewerMark, seriesOfCase: readonly string[]) => Promise<string | null>;
  /** Take back the mark that is half drawn; false when none is. */
  dropHalfDrawn: () => boolean;
  segments: SegmentCommands;
  /** The slice on the active pane, as a mark to jump back to. */
  currentPlace: () => ViewerMark | null;
  /** The chosen 3D box with its first or last slice moved to the one on the active pane; null where it cannot. */
  boxReachingTo: (box: Geometry, end: "FIRST" | "LAST") => DrawnMark | null;
  /** An AI's mark as one of the reader's own, of the first fitting kind, on whichever series it lies; null when no slice or kind fits. */
  copyOfAiMark: (mark: ViewerMark, allowed: readonly MarkKind[]) => Promise<DrawnMark | null>;
}

/** The handle does nothing until the images are there. */
export function viewerHandle(
  controller: GridController | null,
  activeId: () => string,
  onGrid: (change: (grid: Grid) => Grid) => void,
): ViewerHandle {
  const onActive = (act: (pane: Pane) => void) => {
    const pane = controller?.pane(activeId());
    if (pane) act(pane);
  };
  return {
    goTo: (index) => onActive((pane) => pane.goTo(index)),
    scrollBy: (steps) => onActive((pane) => pane.scrollBy(steps)),
    fit: () => onActive((pane) => pane.fit()),
    oneToOne: () => onActive((pane) => pane.oneToOne()),
    rotate: () => onActive((pane) => pane.rotate()),
    flip: (axis) => onActive((pane) => pane.flip(axis)),
    reset: () => onActive((pane) => pane.reset()),
    resetWindow: () => onActive((pane) => pane.resetWindow()),
    applyPreset: (preset) => onActive((pane) => pane.applyPreset(preset)),
    toggleInvert: () => onActive((pane) => pane.toggleInvert()),
    toggleCine: () => onActive((pane) => pane.toggleCine()),
    changeCineRate: (factor) => onActive((pane) => pane.changeCineRate(factor)),
    looks: () => controller?.looks ?? null,
    forgetLooks: () => controller?.forgetLooks(),
    shownValues: () => {
      const pane = controller?.pane(activeId());
      const [first] = pane?.slices ?? [];
      if (!pane || !first) return null;
      const { seriesInstanceUid, modality, frame } = first;
      const unit = unitText(frame.pixels.unit);
      return { seriesInstanceUid, modality, unit, window: pane.store.get().window };
    },
    drawThumbnail: async (uid, canvas) => {
      const series = await controller?.open(uid);
      if (series) await drawThumbnail(series.slices, canvas);
    },
    viewNamesOf: async (uid) => {
      const series = await controller?.open(uid);
      const names = series?.slices.flatMap((slice) => series.factsOf(slice)?.view ?? []) ?? [];
      return [...new Set(names)];
    },
    jumpToMark: (mark) => {
      const pane = controller?.jumpToMark(mark, activeId());
      if (pane) onGrid((grid) => withActive(grid, pane.id));
      return Boolean(pane);
    },
    seriesOfMark: async (mark, seriesOfCase) => {
      const opened = controller && (await seriesOfMark(mark, seriesOfCase, (uid) => controller.open(uid)));
      return opened?.seriesInstanceUid ?? null;
    },
    dropHalfDrawn: () => controller?.dropHalfDrawn() ?? false,
    segments: segmentCommands(controller),
    currentPlace: () => placeOf(controller?.pane(activeId())),
    boxReachingTo: (box, end) => {
      const pane = controller?.pane(activeId());
      const slice = pane?.slices[pane.store.get().index];
      const geometry = pane && slice && boxReachingTo(box, end, slice, pane.slices);
      return geometry ? { geometry, measurements: sizesOf(geometry) } : null;
    },
    copyOfAiMark: async (mark, allowed) => (controller ? aiCopyIn(controller, mark, allowed) : null),
  };
}

/** On the series that it names; else where it is seen, and where it is not, on the first that it may lie on. */
async function aiCopyIn(controller: GridController, mark: ViewerMark, allowed: readonly MarkKind[]) {
  const open = (uid: string) => controller.open(uid);
  const copied = (slices: Slice[]) => copyOfAiMark(mark.geometry, slices, allowed);
  const { series_instance_uid: named } = mark.geometry;
  if (named) return copied((await open(named)).slices);
  const shown = slicesFor(
    mark,
    controller.allPanes.flatMap((pane) => pane.slices),
  );
  const seen = copied(shown);
  if (seen) return seen;
  const hidden = await seriesOfMark(mark, mark.seriesInstanceUids ?? [], open);
  return hidden && copied(hidden.slices);
}

function placeOf(pane: Pane | undefined): ViewerMark | null {
  const slice = pane?.slices[pane.store.get().index];
  if (!slice) return null;
  const geometry: Geometry = {
    kind: "POINT",
    points_mm: null,
    points_px: [[0, 0]],
    frame_of_reference_uid: slice.frameOfReferenceUid,
    sop_instance_uid: slice.sopInstanceUid,
    series_instance_uid: slice.seriesInstanceUid,
    frame_number: slice.frameNumber,
  };
  return { id: "place", geometry, label: "", source: "READER", isLocked: true };
}
