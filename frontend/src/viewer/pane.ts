import type { RenderingEngine, Types } from "@cornerstonejs/core";
import type { PaneView } from "@/domain/grid";
import type { SeriesLoads } from "./seriesLoads";
import type { Slice } from "./slices";
import type { PixelOffset } from "./toPayload";
import type { StateStore } from "./viewerState";

/** One viewport of the grid, whatever it draws; buttons, keys and the links between panes know no more of it. */
export interface Pane {
  readonly id: string;
  readonly view: PaneView;
  readonly element: HTMLDivElement;
  readonly store: StateStore;
  /** The slices of the series that it shows; empty until there is one. */
  readonly slices: Slice[];
  readonly viewport: Types.IViewport;
  /** Show a series from a slice on. */
  showSeries(slices: Slice[], index: number): Promise<void>;
  goTo(index: number): void;
  scrollBy(steps: number): void;
  fit(): void;
  /** Before its element changes size; what it gives back puts an image that filled the pane back to filling it. */
  beforeResize(): () => void;
  resetWindow(): void;
  toggleInvert(): void;
  /** Try again what could not be loaded. */
  retry(): void;
  clientPointOfPixel(column: number, row: number): { x: number; y: number } | null;
  destroy(): void;
}

/** What a pane gets from the grid it stands in. */
export interface PaneContext {
  engine: RenderingEngine;
  offset: PixelOffset;
  loads: SeriesLoads;
  /** The pane shows other slices than before: marks have to be placed anew. */
  onSlicesChanged: () => void;
  /** An image that was shown reduced is there as a whole: what waited for its values can be measured. */
  onWholeImage: () => void;
}
