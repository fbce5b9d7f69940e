import type { RenderingEngine, Types } from "@cornerstonejs/core";
import type { LinkKind, Opening, PaneView } from "@/domain/grid";
import type { PaneLook } from "@/domain/keptView";
import type { PatientMm } from "@/domain/payload";
import type { Preset } from "@/domain/windowPresets";
import type { CommonScale } from "./CommonScale";
import type { OpenedSeries } from "./openedSeries";
import type { SeriesLoads } from "./seriesLoads";
import type { Slice } from "./slices";
import type { PixelOffset } from "./toPayload";
import type { StateStore } from "./viewerState";
import type { PaneViewport } from "./viewing";
import type { Volumes } from "./volumes";
import type { VoiRange } from "./window";

/** What can change in a pane and be followed by others. */
export type PaneChange = LinkKind;

/** One viewport of the grid, whatever it draws; buttons, keys and the links between panes know no more of it. */
export interface Pane {
  readonly id: string;
  readonly view: PaneView;
  readonly element: HTMLDivElement;
  readonly store: StateStore;
  /** The slices of the series that it shows; empty until there is one. */
  readonly slices: Slice[];
  readonly viewport: PaneViewport;
  /** Show a series from a slice on, with the window and side that a hanging asks for, or as it was looked at before. */
  showSeries(series: OpenedSeries, index: number, opening?: Opening, look?: PaneLook): Promise<void>;
  /** How it is looked at; null before its images are there. */
  look(): PaneLook | null;
  goTo(index: number): void;
  scrollBy(steps: number): void;
  /** Go to the slice or plane through a point. */
  goToPoint(point: PatientMm): void;
  fit(): void;
  oneToOne(): void;
  rotate(): void;
  flip(axis: "horizontal" | "vertical"): void;
  /** View and window as they were at first. */
  reset(): void;
  presentation(): Types.ViewPresentation;
  setPresentation(presentation: Types.ViewPresentation): void;
  /** Before its element changes size; what it gives back puts an image that filled the pane back to filling it. */
  beforeResize(): () => void;
  resetWindow(): void;
  applyPreset(preset: Preset): void;
  /** The ends of the window that it shows greys with. */
  readonly range: VoiRange | null;
  /** The window and inversion of another pane. */
  takeWindow(other: Pane): void;
  toggleInvert(): void;
  toggleCine(): void;
  pauseCine(): void;
  /** More or fewer frames a second, playing or not. */
  changeCineRate(factor: number): void;
  /** Try again what could not be loaded. */
  retry(): void;
  clientPointOfPixel(column: number, row: number): ClientPoint | null;
  clientPointOf(point: PatientMm): ClientPoint;
  destroy(): void;
}

/** A place in the browser's window. */
export interface ClientPoint {
  x: number;
  y: number;
}

/** What a pane gets from the grid it stands in. */
export interface PaneContext {
  engine: RenderingEngine;
  offset: PixelOffset;
  loads: SeriesLoads;
  volumes: Volumes;
  /** Of the mammograms that hang together. */
  scale: CommonScale<Pane>;
  /** The pane shows other slices than before: marks have to be placed anew. */
  onSlicesChanged: () => void;
  /** Somebody has pressed on an image of low resolution, where no tool works. */
  onTooEarly: () => void;
  /** An image that was shown reduced is there as a whole: what waited for its values can be measured. */
  onWholeImage: () => void;
  /** A plane has its volume: the crosshairs can stand when all have. */
  onPlaneReady: () => void;
  onChanged: (pane: Pane, change: PaneChange) => void;
}
