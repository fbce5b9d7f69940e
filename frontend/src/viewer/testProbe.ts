import { cache } from "@cornerstonejs/core";
import {
  annotation as annotations,
  CrosshairsTool,
  ReferenceLinesTool,
  type Types as ToolTypes,
} from "@cornerstonejs/tools";
import { dataOf } from "./annotations";
import type { GridController } from "./GridController";
import type { ViewerState } from "./viewerState";

type ClientPoint = (column: number, row: number) => { x: number; y: number } | null;

/** What browser tests may see of one pane. */
export interface PaneProbe {
  readonly id: string;
  readonly view: string;
  readonly seriesInstanceUid: string | null;
  readonly state: ViewerState;
  clientPointOfPixel: ClientPoint;
  clientPointOf: (x: number, y: number, z: number) => { x: number; y: number };
}

/** What browser tests may see of one annotation. */
export interface AnnotationProbe {
  id: string;
  tool: string;
  isLocked: boolean;
  isVisible: boolean;
  isSelected: boolean;
  /** The pointer is on it: a press takes hold of it. */
  isHighlighted: boolean;
  points: number[][];
  /** The line of a contour. */
  line: number[][];
  stats: unknown;
}

/** What browser tests may see of the viewer; it cannot change anything. */
export interface ViewerProbe {
  readonly activeId: string;
  readonly panes: PaneProbe[];
  /** The active pane's. */
  readonly state: ViewerState | null;
  readonly annotations: AnnotationProbe[];
  readonly cacheBytes: number;
  /** Values of a loaded image at these positions of its pixel data. */
  valuesAt: (imageId: string, positions: number[]) => (number | undefined)[] | null;
  /** Painted voxels by segment. */
  readonly segmentVoxels: Record<string, number>;
  /** Where the planes meet, in patient millimetres. */
  readonly crosshairs: readonly number[] | null;
  readonly volumes: number;
  clientPointOfPixel: ClientPoint;
  /** Values after the modality LUT, of colours red, green and blue, of pixels given as [column, row]. */
  valuesOfPixels: (pixels: [number, number][]) => (number | number[])[] | null;
}

declare global {
  interface Window {
    readonly __overread_viewer?: ViewerProbe;
  }
}

/** Show the viewer's state to scripts; only called when the server runs for browser tests. */
export function exposeForTests(controller: GridController): () => void {
  const active = () => controller.pane(controller.activeId);
  const probe: ViewerProbe = {
    get activeId() {
      return controller.activeId;
    },
    get panes() {
      return paneProbes(controller);
    },
    get state() {
      return active()?.store.get() ?? null;
    },
    get annotations() {
      return drawnAnnotations();
    },
    get segmentVoxels() {
      return controller.desk.paintedVoxels;
    },
    get crosshairs() {
      return controller.crosshairs;
    },
    get volumes() {
      return cache.getVolumes().length;
    },
    get cacheBytes() {
      return cache.getCacheSize();
    },
    valuesAt: (imageId, positions) => {
      const pixels = cache.getImage(imageId)?.getPixelData();
      return pixels ? positions.map((position) => pixels[position]) : null;
    },
    clientPointOfPixel: (column, row) => active()?.clientPointOfPixel(column, row) ?? null,
    valuesOfPixels: (pixels) => valuesOfPixels(active()?.store.get().imageId ?? null, pixels),
  };
  Object.defineProperty(window, "__overread_viewer", { value: Object.freeze(probe), configurable: true });
  return () => {
    if (window.__overread_viewer === probe) Reflect.deleteProperty(window, "__overread_viewer");
  };
}

function valuesOfPixels(imageId: string | null, pixels: [number, number][]): (number | number[])[] | null {
  const voxels = imageId === null ? undefined : cache.getImage(imageId)?.voxelManager;
  if (!voxels) return null;
  return pixels.map(([column, row]) => {
    const value: number | ArrayLike<number> = voxels.getAtIJK(column, row, 0);
    return typeof value === "number" ? value : Array.from(value);
  });
}

function paneProbes(controller: GridController): PaneProbe[] {
  return controller.allPanes.map((pane) => ({
    id: pane.id,
    view: pane.view,
    seriesInstanceUid: pane.slices[0]?.seriesInstanceUid ?? null,
    state: pane.store.get(),
    clientPointOfPixel: (column, row) => pane.clientPointOfPixel(column, row),
    clientPointOf: (x, y, z) => pane.clientPointOf([x, y, z]),
  }));
}

/** Cornerstone keeps these as annotations, but nobody has marked anything with them. */
const NO_MARKS = new Set([CrosshairsTool.toolName, ReferenceLinesTool.toolName]);

function drawnAnnotations(): ViewerProbe["annotations"] {
  const isMark = (drawn: ToolTypes.Annotation) => !NO_MARKS.has(drawn.metadata?.toolName ?? "");
  return annotations.state
    .getAllAnnotations()
    .filter(isMark)
    .map((drawn) => ({
      id: drawn.annotationUID ?? "",
      tool: drawn.metadata?.toolName ?? "",
      isLocked: drawn.isLocked ?? false,
      isVisible: drawn.isVisible ?? true,
      isSelected: annotations.selection.isAnnotationSelected(drawn.annotationUID ?? ""),
      isHighlighted: drawn.highlighted ?? false,
      points: (drawn.data.handles?.points ?? []).map((point) => [...point]),
      line: (dataOf(drawn).contour?.polyline ?? []).map((point) => [...point]),
      stats: structuredClone(drawn.data.cachedStats ?? {}),
    }));
}
