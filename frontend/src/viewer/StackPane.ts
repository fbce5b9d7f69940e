import {
  utilities as coreUtilities,
  Enums,
  eventTarget,
  type RenderingEngine,
  type Types,
} from "@cornerstonejs/core";
import { badgesOf } from "./badges";
import { usesCpu } from "./cornerstone";
import { isReduced } from "./frames/stackImages";
import { loadErrorText } from "./loadError";
import type { Pane, PaneContext } from "./pane";
import { drawnPlane, edgeLetters, toPatient } from "./plane";
import type { SeriesLoad } from "./seriesLoads";
import type { Slice } from "./slices";
import { loadForFirstDisplay, StackDisplay } from "./stackDisplay";
import { StateStore } from "./viewerState";
import type { VoiRange } from "./window";

const { Events } = Enums;
// Below this the reader has not moved the image: what is left are rounding errors.
const UNMOVED = 1e-3;

/** A series as a stack of its images: everything imperative between one element and Cornerstone. */
export class StackPane implements Pane {
  readonly view = "STACK";
  readonly store = new StateStore();
  readonly viewport: Types.IStackViewport;
  slices: Slice[] = [];
  private readonly engine: RenderingEngine;
  private readonly stopListening: () => void;
  private load: SeriesLoad | null = null;
  private readonly display: StackDisplay;
  /** Until then nothing counts as shown: a first glance through a wrong window is worse than none. */
  private hasFirstWindow = false;
  private isDestroyed = false;

  constructor(
    readonly id: string,
    readonly element: HTMLDivElement,
    private readonly context: PaneContext,
  ) {
    this.engine = context.engine;
    this.engine.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element });
    this.viewport = this.engine.getViewport(id) as Types.IStackViewport;
    this.display = new StackDisplay(this.viewport, (state) => this.store.set(state));
    this.stopListening = this.listen();
    this.store.set({ usesCpu: usesCpu() });
  }

  /** Show a series from a slice on, with its window already right, then load the rest. */
  async showSeries(slices: Slice[], index: number): Promise<void> {
    if (this.isDestroyed) return;
    this.load?.release();
    this.slices = slices;
    this.hasFirstWindow = false;
    this.display.clear();
    this.store.set({ index, count: slices.length, imageId: null, isRendered: false, isReduced: false });
    this.store.set({ problem: null });
    const imageIds = slices.map((slice) => slice.imageId);
    this.load = this.context.loads.take(slices, (progress) => this.store.set({ progress }));
    this.store.set({ progress: this.load.progress });
    loadForFirstDisplay(slices, index);
    await this.viewport.setStack(imageIds, index).catch((error: unknown) => this.report(error));
    if (!this.isShowing(slices)) return;
    await this.setFirstWindow(slices);
    if (!this.isShowing(slices)) return;
    this.context.onSlicesChanged();
    this.load?.around(index);
  }

  private isShowing(slices: Slice[]): boolean {
    return !this.isDestroyed && this.slices === slices;
  }

  private async setFirstWindow(slices: Slice[]): Promise<void> {
    await this.display
      .begin(slices, this.store.get().index, () => this.isShowing(slices))
      .catch((error: unknown) => this.report(error));
    if (!this.isShowing(slices)) return;
    this.hasFirstWindow = true;
    this.viewport.render();
  }

  goTo(index: number): void {
    const within = Math.min(Math.max(index, 0), this.slices.length - 1);
    if (within < 0 || within === this.viewport.getTargetImageIdIndex()) return;
    void coreUtilities
      .jumpToSlice(this.element, { imageIndex: within, debounceLoading: true })
      .catch((error: unknown) => this.report(error));
  }

  scrollBy(steps: number): void {
    this.goTo(this.viewport.getTargetImageIdIndex() + steps);
  }

  fit(): void {
    this.viewport.resetCamera();
    this.viewport.render();
  }

  beforeResize(): () => void {
    const [panX, panY] = this.viewport.getPan();
    const isUnmoved = Math.hypot(panX, panY) < UNMOVED && Math.abs(this.viewport.getZoom() - 1) < UNMOVED;
    return () => {
      if (!isUnmoved || this.slices.length === 0) return;
      this.viewport.setZoom(1);
      this.viewport.setPan([0, 0]);
      this.viewport.render();
    };
  }

  resetWindow(): void {
    this.display.reset();
    this.viewport.render();
  }

  toggleInvert(): void {
    this.display.toggleInvert();
    this.viewport.render();
  }

  /** Try again what could not be loaded, once the reason may be gone. */
  retry(): void {
    this.store.set({ problem: null });
    const { index } = this.store.get();
    this.load?.retryFailed(index);
    void this.viewport.setImageIdIndex(index).catch((error: unknown) => this.report(error));
  }

  /** Where a pixel of the shown slice lies in the browser's window, for tests that use the real mouse. */
  clientPointOfPixel(column: number, row: number): { x: number; y: number } | null {
    const slice = this.slices[this.store.get().index];
    if (!slice) return null;
    const { offset } = this.context;
    const world = toPatient(drawnPlane(slice.plane), [column + offset, row + offset]);
    const [x, y] = this.viewport.worldToCanvas([...world]);
    const box = this.element.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }

  destroy(): void {
    this.isDestroyed = true;
    this.load?.release();
    this.stopListening();
    this.engine.disableElement(this.id);
  }

  private listen(): () => void {
    const onElement: [string, (event: Event) => void][] = [
      [Events.IMAGE_RENDERED, () => this.onRendered()],
      [Events.STACK_NEW_IMAGE, () => this.onNewImage()],
      [Events.STACK_VIEWPORT_SCROLL, () => this.onScroll()],
      [Events.VOI_MODIFIED, (event) => this.onWindow(event as CustomEvent<{ range: VoiRange }>)],
      [Events.CAMERA_MODIFIED, () => this.readScale()],
      ["contextmenu", (event) => event.preventDefault()],
    ];
    const onLoadError = (event: Event) => this.onLoadError(event);
    for (const [name, listener] of onElement) this.element.addEventListener(name, listener);
    eventTarget.addEventListener(Events.IMAGE_LOAD_ERROR, onLoadError);
    return () => {
      for (const [name, listener] of onElement) this.element.removeEventListener(name, listener);
      eventTarget.removeEventListener(Events.IMAGE_LOAD_ERROR, onLoadError);
    };
  }

  private onRendered(): void {
    const imageId = this.viewport.getCurrentImageId();
    const slice = this.slices.find((candidate) => candidate.imageId === imageId);
    const image = this.viewport.getCornerstoneImage();
    if (!slice || image?.imageId !== imageId) return;
    if (isReduced(image)) this.store.set({ imageId: slice.imageId, isReduced: true });
    if (!this.hasFirstWindow || isReduced(image)) return;
    this.load?.markLoaded(slice.imageId);
    const wasReduced = this.store.get().isReduced;
    this.store.set({
      index: this.slices.indexOf(slice),
      imageId: slice.imageId,
      isRendered: true,
      isReduced: false,
      letters: edgeLetters(slice.plane),
      badges: badgesOf(slice, this.display.isDerived),
      problem: null,
      isInverted: this.display.isInverted,
    });
    if (usesCpu()) this.display.keepRange();
    this.readScale();
    if (wasReduced) this.context.onWholeImage();
  }

  private onNewImage(): void {
    const slice = this.slices[this.viewport.getCurrentImageIdIndex()];
    const image = this.viewport.getCornerstoneImage();
    if (slice && this.hasFirstWindow) this.display.newImage(slice, image);
    else if (slice && image && isReduced(image)) this.display.glimpse(slice, image);
    // The rest of the image under the eye comes before the rest of the series.
    if (!isReduced(image)) this.load?.around(this.viewport.getCurrentImageIdIndex());
  }

  private onScroll(): void {
    const index = this.viewport.getTargetImageIdIndex();
    if (index !== this.store.get().index) this.store.set({ index, isRendered: false });
  }

  private onWindow(event: CustomEvent<{ range: VoiRange }>): void {
    this.display.windowChanged(event.detail.range);
  }

  private readScale(): void {
    const slice = this.slices[this.store.get().index];
    // Between two series there is no image to measure on.
    if (!slice || !this.hasFirstWindow) return;
    const plane = drawnPlane(slice.plane);
    const [x0, y0] = this.viewport.worldToCanvas([...toPatient(plane, [0, 0])]);
    const [x1, y1] = this.viewport.worldToCanvas([...toPatient(plane, [1, 0])]);
    const screenPixels = Math.hypot(x1 - x0, y1 - y0);
    if (screenPixels === 0 || !Number.isFinite(screenPixels)) return;
    const unit = slice.plane.spacing ? "mm" : "px";
    this.store.set({ perScreenPixel: { value: plane.spacing.column_mm / screenPixels, unit } });
  }

  private onLoadError(event: Event): void {
    const detail = (event as CustomEvent<{ imageId?: string; error?: unknown }>).detail;
    if (this.slices.some(({ imageId }) => imageId === detail.imageId)) this.report(detail.error);
  }

  private report(error: unknown): null {
    if (!this.isDestroyed) this.store.set({ problem: loadErrorText(error) });
    return null;
  }
}
