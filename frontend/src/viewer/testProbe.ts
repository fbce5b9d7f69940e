import { cache } from "@cornerstonejs/core";
import { annotation as annotations } from "@cornerstonejs/tools";
import type { StackController } from "./StackController";
import type { ViewerState } from "./viewerState";

/** What browser tests may see of the viewer; it cannot change anything. */
export interface ViewerProbe {
  readonly state: ViewerState;
  readonly annotations: { id: string; tool: string; isLocked: boolean; points: number[][]; stats: unknown }[];
  clientPointOfPixel: (column: number, row: number) => { x: number; y: number } | null;
  /** Values after the modality LUT, of colours red, green and blue, of pixels given as [column, row]. */
  valuesOfPixels: (pixels: [number, number][]) => (number | number[])[] | null;
}

declare global {
  interface Window {
    readonly __overread_viewer?: ViewerProbe;
  }
}

/** Show the viewer's state to scripts; only called when the server runs for browser tests. */
export function exposeForTests(controller: StackController): () => void {
  const probe: ViewerProbe = {
    get state() {
      return controller.store.get();
    },
    get annotations() {
      return drawnAnnotations();
    },
    clientPointOfPixel: (column, row) => controller.clientPointOfPixel(column, row),
    valuesOfPixels: (pixels) => valuesOfPixels(controller.store.get().imageId, pixels),
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

function drawnAnnotations(): ViewerProbe["annotations"] {
  return annotations.state.getAllAnnotations().map((drawn) => ({
    id: drawn.annotationUID ?? "",
    tool: drawn.metadata?.toolName ?? "",
    isLocked: drawn.isLocked ?? false,
    points: (drawn.data.handles?.points ?? []).map((point) => [...point]),
    stats: structuredClone(drawn.data.cachedStats ?? {}),
  }));
}
