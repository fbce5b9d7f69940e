import { Enums, type RenderingEngine, type Types } from "@cornerstonejs/core";
import type { Opening, PlaneName } from "@/domain/grid";
import type { PaneLook } from "@/domain/keptView";
import type { PatientMm } from "@/domain/payload";
import type { Slab, SlabMode } from "@/domain/slab";
import type { Preset } from "@/domain/windowPresets";
import { Cine } from "./Cine";
import { windowFunctionOf } from "./display";
import { loadErrorText } from "./loadError";
import type { OpenedSeries } from "./openedSeries";
import type { ClientPoint, Pane, PaneContext } from "./pane";
import type { ImagePlane } from "./plane";
import { wayOf } from "./planeOrder";
import { isCountedBackwards, placeOfPlane, scrollPlane, setWay } from "./planeScroll";
import type { LoadProgress } from "./prefetch";
import type { SeriesLoad } from "./seriesLoads";
import { allowEveryStep } from "./slabSteps";
import type { Slice } from "./slices";
import { firstDisplay } from "./stackDisplay";
import { StateStore } from "./viewerState";
import {
  fitImage,
  flip,
  isUnmoved,
  lettersOnScreen,
  perScreenPixel,
  rotateRight,
  showOneToOne,
} from "./viewing";
import type { VoiFunction } from "./voi";
import { planesRefusal } from "./volumes";
import { rangeOfPreset, type VoiRange, windowOfRange } from "./window";

const { BlendModes, Events, OrientationAxis, ViewportType } = Enums;

const ORIENTATION: Record<PlaneName, Enums.OrientationAxis> = {
  AXIAL: OrientationAxis.AXIAL,
  CORONAL: OrientationAxis.CORONAL,
  SAGITTAL: OrientationAxis.SAGITTAL,
};
const BLEND: Record<SlabMode, Enums.BlendModes> = {
  THIN: BlendModes.COMPOSITE,
  MIP: BlendModes.MAXIMUM_INTENSITY_BLEND,
  MINIP: BlendModes.MINIMUM_INTENSITY_BLEND,
  AVERAGE: BlendModes.AVERAGE_INTENSITY_BLEND,
};
/** What a plane's letters need to know: that it lies in the patient. */
const IN_PATIENT: ImagePlane = {
  columns: 0,
  rows: 0,
  spacing: { row_mm: 1, column_mm: 1 },
  position: [0, 0, 0],
  orientation: { row: [1, 0, 0], column: [0, 1, 0] },
};

/** A plane through the volume that the slices of a series form. */
export class VolumePane implements Pane {
  readonly store = new StateStore();
  readonly viewport: Types.IVolumeViewport;
  private readonly engine: RenderingEngine;
  private readonly cine: Cine;
  private readonly stopListening: () => void;
  private series: OpenedSeries | null = null;
  /** The series whose volume is held and drawn. */
  private drawn: OpenedSeries | null = null;
  private load: SeriesLoad | null = null;
  private initialRange: VoiRange | null = null;
  private windowFunction: VoiFunction = "LINEAR";
  /** How it was looked at before; its place is the crosshairs'. */
  private lookBefore: PaneLook | undefined;
  private slab: Slab | null = null;
  private fittedZoom = 1;
  private isDestroyed = false;

  constructor(
    readonly id: string,
    readonly view: PlaneName,
    readonly element: HTMLDivElement,
    private readonly context: PaneContext,
  ) {
    this.engine = context.engine;
    this.engine.enableElement({
      viewportId: id,
      type: ViewportType.ORTHOGRAPHIC,
      element,
      defaultOptions: { orientation: ORIENTATION[view] },
    });
    this.viewport = this.engine.getViewport(id) as Types.IVolumeViewport;
    this.cine = new Cine(element, this.store, () => isCountedBackwards(this.viewport));
    this.stopListening = this.listen();
  }

  get slices(): Slice[] {
    return this.series?.slices ?? [];
  }

  /** Whether its volume is there to be cut. */
  get isReady(): boolean {
    return this.isDrawn();
  }

  /** All slices are loaded first: a plane through a volume with holes would hide what lies in them. */
  async showSeries(series: OpenedSeries, _index: number, _opening?: Opening, look?: PaneLook): Promise<void> {
    if (this.isDestroyed) return;
    this.lookBefore = look;
    this.letGo();
    this.series = series;
    setWay(this.element, wayOf(this.view, series.slices));
    const problem = planesRefusal(series);
    this.store.set({ imageId: null, isRendered: false, window: null, count: 0, problem, canRetry: false });
    this.context.onSlicesChanged();
    if (problem !== null) return;
    this.cine.prepare(null);
    this.load = this.context.loads.take(series.slices, (progress) => this.onProgress(series, progress));
    this.load.around(Math.floor(series.slices.length / 2));
    this.onProgress(series, this.load.progress);
  }

  private onProgress(series: OpenedSeries, progress: LoadProgress): void {
    if (this.isDestroyed || this.series !== series) return;
    this.store.set({ progress });
    if (progress.loaded === progress.total) this.drawOnce(series);
    else if (progress.failed > 0 && progress.loaded + progress.failed === progress.total) {
      const problem = `${progress.failed} of ${progress.total} images could not be loaded: planes need all of them.`;
      this.store.set({ problem, canRetry: true });
    }
  }

  private drawOnce(series: OpenedSeries): void {
    if (this.drawn === series) return;
    this.drawn = series;
    this.draw(series).catch((error: unknown) => {
      if (this.series === series) this.store.set({ problem: loadErrorText(error), canRetry: false });
    });
  }

  private async draw(series: OpenedSeries): Promise<void> {
    const { volumeId } = this.context.volumes.take(series);
    await this.viewport.setVolumes([{ volumeId, callback: allowEveryStep }]);
    const display = await firstDisplay(series.slices, Math.floor(series.slices.length / 2));
    if (this.isDestroyed || this.series !== series) return;
    this.initialRange = display?.range ?? null;
    this.windowFunction = windowFunctionOf(series.slices[0] ?? null, display);
    if (this.initialRange) this.viewport.setProperties({ voiRange: this.initialRange });
    if (this.slab) this.setSlab(this.slab);
    this.store.set({ problem: null, imageId: volumeId });
    if (this.lookBefore) this.lookAgain(this.lookBefore);
    this.context.onPlaneReady();
    this.fit();
  }

  look(): PaneLook | null {
    const { imageId, index, isInverted } = this.store.get();
    return imageId === null ? null : { index, range: this.range, isInverted, view: null };
  }

  private lookAgain({ range, isInverted }: PaneLook): void {
    if (range) this.setRange(range);
    if (isInverted !== this.store.get().isInverted) this.toggleInvert();
  }

  setSlab(slab: Slab): void {
    this.slab = slab;
    if (!this.isDrawn()) return;
    this.viewport.setBlendMode(BLEND[slab.mode]);
    if (slab.mode === "THIN") this.viewport.resetSlabThickness();
    // Cornerstone clips this far to either side of the plane.
    else this.viewport.setSlabThickness(slab.thickness_mm / 2);
    this.viewport.render();
  }

  private isDrawn(): boolean {
    return this.store.get().imageId !== null;
  }

  goTo(index: number): void {
    if (!this.isDrawn()) return;
    const place = placeOfPlane(this.viewport);
    this.scrollBy(Math.min(Math.max(index, 0), place.count - 1) - place.index);
  }

  scrollBy(steps: number): void {
    if (this.isDrawn() && steps !== 0) scrollPlane(this.viewport, steps);
  }

  goToPoint(point: PatientMm): void {
    if (this.isDrawn()) this.viewport.jumpToWorld([...point]);
  }

  fit(): void {
    if (!this.isDrawn()) return;
    this.viewport.setZoom(1);
    this.viewport.setPan([0, 0]);
    this.fittedZoom = fitImage(this.viewport, this.corners());
  }

  oneToOne(): void {
    const screen = perScreenPixel(this.viewport);
    const spacing = this.viewport.getImageData()?.spacing[0];
    if (screen && spacing) showOneToOne(this.viewport, spacing, screen);
  }

  rotate(): void {
    rotateRight(this.viewport);
  }

  flip(axis: "horizontal" | "vertical"): void {
    flip(this.viewport, axis);
  }

  reset(): void {
    if (!this.isDrawn()) return;
    this.viewport.setViewPresentation({ flipHorizontal: false, flipVertical: false });
    this.viewport.setOrientation(ORIENTATION[this.view]);
    this.viewport.setProperties({ invert: false });
    this.resetWindow();
    this.fit();
    this.context.onPlaneReady();
  }

  presentation(): Types.ViewPresentation {
    return this.viewport.getViewPresentation();
  }

  setPresentation({ zoom }: Types.ViewPresentation): void {
    // Planes and stacks look at a body from other sides: only how large it is can be shared.
    if (!this.isDrawn() || zoom === undefined) return;
    this.viewport.setZoom(zoom);
    this.viewport.render();
  }

  beforeResize(): () => void {
    const wasUnmoved = this.isDrawn() && isUnmoved(this.viewport, this.fittedZoom);
    return () => {
      if (wasUnmoved) this.fit();
    };
  }

  get range(): VoiRange | null {
    // Read off what draws, so that whoever follows while the change is being told sees it already.
    const voiRange = this.viewport.getProperties()?.voiRange;
    return voiRange ? { lower: voiRange.lower, upper: voiRange.upper } : null;
  }

  resetWindow(): void {
    if (this.initialRange) this.setRange(this.initialRange);
  }

  applyPreset(preset: Preset): void {
    const range = rangeOfPreset(preset, this.initialRange, this.windowFunction);
    if (range) this.setRange(range);
  }

  takeWindow(other: Pane): void {
    const { window, isInverted } = other.store.get();
    if (!window || !other.range) return;
    this.setRange(other.range);
    if (isInverted !== this.store.get().isInverted) this.toggleInvert();
  }

  private setRange(voiRange: VoiRange): void {
    if (!this.isDrawn()) return;
    this.viewport.setProperties({ voiRange });
    this.viewport.render();
  }

  toggleInvert(): void {
    if (!this.isDrawn()) return;
    const isInverted = !this.store.get().isInverted;
    this.viewport.setProperties({ invert: isInverted });
    this.viewport.render();
    this.store.set({ isInverted });
    this.context.onChanged(this, "WINDOW");
  }

  toggleCine(): void {
    this.cine.toggle();
  }

  pauseCine(): void {
    this.cine.stop();
  }

  changeCineRate(factor: number): void {
    this.cine.changeRate(factor);
  }

  retry(): void {
    this.store.set({ problem: null });
    this.load?.retryFailed(Math.floor(this.slices.length / 2));
  }

  /** A plane has no pixels of its own. */
  clientPointOfPixel(): ClientPoint | null {
    return null;
  }

  clientPointOf(point: PatientMm): ClientPoint {
    const [x, y] = this.viewport.worldToCanvas([...point]);
    const box = this.element.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }

  destroy(): void {
    this.isDestroyed = true;
    this.stopListening();
    this.engine.disableElement(this.id);
    this.letGo();
  }

  private letGo(): void {
    this.cine.stop();
    this.load?.release();
    this.load = null;
    if (this.drawn) this.context.volumes.release(this.drawn);
    this.drawn = null;
  }

  private listen(): () => void {
    const listeners: [string, (event: Event) => void][] = [
      [Events.IMAGE_RENDERED, () => this.onRendered()],
      [Events.CAMERA_MODIFIED, () => this.onRendered()],
      [Events.VOI_MODIFIED, (event) => this.onWindow(event as CustomEvent<{ range: VoiRange }>)],
      ["contextmenu", (event) => event.preventDefault()],
    ];
    for (const [name, listener] of listeners) this.element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) this.element.removeEventListener(name, listener);
    };
  }

  private onRendered(): void {
    if (!this.isDrawn()) return;
    const value = perScreenPixel(this.viewport);
    this.store.set({
      isRendered: true,
      ...placeOfPlane(this.viewport),
      letters: lettersOnScreen(this.viewport, IN_PATIENT),
      perScreenPixel: value === null ? null : { value, unit: "mm" },
    });
  }

  private onWindow(event: CustomEvent<{ range: VoiRange }>): void {
    this.store.set({ window: windowOfRange(event.detail.range, this.windowFunction) });
    if (this.isDrawn()) this.context.onChanged(this, "WINDOW");
  }

  private corners(): PatientMm[] {
    const [x0 = 0, x1 = 0, y0 = 0, y1 = 0, z0 = 0, z1 = 0] =
      this.viewport.getImageData()?.imageData.getBounds() ?? [];
    const ends: PatientMm[] = [];
    for (const x of [x0, x1]) for (const y of [y0, y1]) for (const z of [z0, z1]) ends.push([x, y, z]);
    return ends;
  }
}
