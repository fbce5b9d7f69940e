import {
  utilities as coreUtilities,
  Enums,
  eventTarget,
  type RenderingEngine,
  type Types,
} from "@cornerstonejs/core";
import type { ChestWall, Opening } from "@/domain/grid";
import type { PaneLook } from "@/domain/keptView";
import type { PatientMm } from "@/domain/payload";
import type { Preset } from "@/domain/windowPresets";
import { badgesOf } from "./badges";
import { Cine } from "./Cine";
import { usesCpu } from "./cornerstone";
import { displaySource } from "./display";
import { chestWallNow, shiftToChestWall } from "./fitting";
import { awaitFirstDrawing } from "./frames/firstDrawing";
import { isReduced } from "./frames/stackImages";
import { nearestIndex } from "./linkedScroll";
import { loadErrorText } from "./loadError";
import { setView, viewOf } from "./look";
import type { OpenedSeries } from "./openedSeries";
import { applyOpening, firstIndex } from "./opening";
import type { ClientPoint, Pane, PaneContext } from "./pane";
import { drawnPlane, toPatient } from "./plane";
import type { SeriesLoad } from "./seriesLoads";
import type { Slice } from "./slices";
import { loadForFirstDisplay, neededFirst, StackDisplay } from "./stackDisplay";
import { StateStore } from "./viewerState";
import {
  centreStack,
  fitImage,
  flip,
  isUnmoved,
  lettersOnScreen,
  moveAcross,
  perScreenPixel,
  remeasureStack,
  rotateRight,
  showOneToOne,
} from "./viewing";
import { rangeOfPreset, type VoiRange } from "./window";

const { Events } = Enums;
const PRESSES = ["mousedown", "touchstart"];

// Far from any screen, where nothing is seen.
const OUTSIDE_PX: Types.Point2 = [-1e5, -1e5];

/** A series as a stack of its images: everything imperative between one element and Cornerstone. */
export class StackPane implements Pane {
  readonly view = "STACK";
  readonly store = new StateStore();
  readonly viewport: Types.IStackViewport;
  private series: OpenedSeries | null = null;
  /** How the hanging lets the series begin. */
  private opening: Opening | undefined;
  private readonly cine: Cine;
  /** The zoom at which the image fills the pane, against Cornerstone's own idea of it. */
  private fittedZoom = 1;
  /** Where a mammogram stands at the side of its pane; any other image stands in the middle. */
  private fittedPan: Types.Point2 = [0, 0];
  private readonly engine: RenderingEngine;
  private readonly stopListening: () => void;
  private load: SeriesLoad | null = null;
  private readonly display: StackDisplay;
  /** Until then nothing counts as shown: a first glance through a wrong window is worse than none. */
  private hasFirstWindow = false;
  private onFirstDrawn: () => void = () => undefined;
  private isDestroyed = false;

  constructor(
    readonly id: string,
    readonly element: HTMLDivElement,
    private readonly context: PaneContext,
  ) {
    this.engine = context.engine;
    this.engine.enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element });
    this.viewport = this.engine.getViewport(id) as Types.IStackViewport;
    if (usesCpu()) placeOnlyOnImages(this.viewport);
    this.cine = new Cine(element, this.store);
    this.display = new StackDisplay(this.viewport, (state) => this.store.set(state));
    this.stopListening = this.listen();
  }

  get slices(): Slice[] {
    return this.series?.slices ?? [];
  }

  /** Show a series from a slice on, with its window already right, then load the rest. */
  async showSeries(series: OpenedSeries, index: number, opening?: Opening, look?: PaneLook): Promise<void> {
    if (this.isDestroyed) return;
    this.opening = opening;
    this.load?.release();
    this.cine.prepare(series.framesPerSecond);
    this.series = series;
    const { slices } = series;
    this.hasFirstWindow = false;
    const from = displaySource(slices, index, firstIndex(opening, slices));
    this.onFirstDrawn = awaitFirstDrawing(neededFirst(slices, index, from));
    this.display.clear();
    this.store.set({ index, count: slices.length, imageId: null, isRendered: false, isReduced: false });
    const imageIds = slices.map((slice) => slice.imageId);
    this.load = this.context.loads.take(slices, (progress) => this.store.set({ progress }));
    this.store.set({ problem: null, progress: this.load.progress });
    loadForFirstDisplay(slices, from);
    await this.viewport.setStack(imageIds, index).catch((error: unknown) => this.report(error));
    if (!this.isShowing(slices)) return;
    this.standAtFirst();
    await this.setFirstWindow(slices, from);
    if (!this.isShowing(slices)) return;
    this.hang();
    if (look) this.lookAgain(look);
    this.context.onSlicesChanged();
    // What it is linked with may have led it on.
    this.load?.around(this.viewport.getTargetImageIdIndex());
  }

  /** As the hanging asks for; what is mirrored by it has to be brought to its side anew. */
  private hang(): void {
    applyOpening(this.viewport, this.opening, this.display.windowFunction);
    if (this.opening?.chestWall) this.fit();
  }

  look(): PaneLook | null {
    if (!this.hasFirstWindow) return null;
    const view = viewOf(this.viewport, this.isAsFitted());
    const { range, isInverted } = this.display;
    return { index: this.store.get().index, range, isInverted, view };
  }

  private lookAgain({ range, isInverted, view }: PaneLook): void {
    if (range) this.display.showRange(range);
    if (isInverted !== this.display.isInverted) this.toggleInvert();
    if (view) setView(this.viewport, view);
    if (view?.zoom === undefined) this.fit();
    this.viewport.render();
  }

  private isShowing(slices: Slice[]): boolean {
    return !this.isDestroyed && this.slices === slices;
  }

  private async setFirstWindow(slices: Slice[], from: number): Promise<void> {
    await this.display
      .begin(slices, this.store.get().index, from, () => this.isShowing(slices))
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

  goToPoint(point: PatientMm): void {
    const index = nearestIndex(this.slices, point);
    if (index !== null) this.goTo(index);
  }

  /** Nothing before its image is there: until then the camera looks at the series before, or at nothing. */
  fit(): void {
    const imageId = this.viewport.getCornerstoneImage()?.imageId;
    const slice = this.slices.find((candidate) => candidate.imageId === imageId);
    if (!slice) return;
    centreStack(this.viewport);
    this.fittedZoom = fitImage(this.viewport, this.corners(slice));
    this.fittedPan = [0, 0];
    const { chestWall, isFlipped = false } = this.opening ?? {};
    if (chestWall) this.fitAsMammogram(slice, { chestWall, isFlipped });
    else this.context.scale.leave(this);
  }

  /** At the scale of the others, with the chest wall at the border, so that two breasts meet there. */
  private fitAsMammogram(slice: Slice, hung: { chestWall: ChestWall; isFlipped: boolean }): void {
    const { viewport, element } = this;
    const natural = perScreenPixel(viewport);
    if (natural === null) return;
    const { clientWidth: width, clientHeight: height } = element;
    const unit = slice.plane.spacing ? "mm" : "px";
    const common = this.context.scale.take(this, { width, height, perScreenPixel: natural, unit });
    viewport.setZoom((viewport.getZoom() * natural) / common);
    const side = chestWallNow(hung, viewport.getViewPresentation());
    const corners = this.corners(slice).map((corner) => viewport.worldToCanvas([...corner]));
    if (side) moveAcross(viewport, shiftToChestWall(corners, width, side));
    this.fittedZoom = viewport.getZoom();
    this.fittedPan = viewport.getPan();
    viewport.render();
  }

  private isAsFitted(): boolean {
    return isUnmoved(this.viewport, this.fittedZoom, this.fittedPan);
  }

  /** Neither turned nor moved, whatever the series before was. */
  private standAtFirst(): void {
    this.viewport.resetCamera();
    // Without WebGL Cornerstone leaves a mirrored image as it is.
    if (usesCpu()) this.viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    this.viewport.setViewPresentation({ rotation: 0 });
    this.fit();
  }

  oneToOne(): void {
    const slice = this.shownSlice();
    const screen = perScreenPixel(this.viewport);
    if (slice && screen) showOneToOne(this.viewport, drawnPlane(slice.plane).spacing.column_mm, screen);
  }

  rotate(): void {
    const wasUnmoved = this.isAsFitted();
    rotateRight(this.viewport);
    if (wasUnmoved) this.fit();
  }

  flip(axis: "horizontal" | "vertical"): void {
    const wasUnmoved = this.isAsFitted();
    flip(this.viewport, axis);
    if (wasUnmoved && this.opening?.chestWall) this.fit();
  }

  reset(): void {
    this.standAtFirst();
    this.display.backToFirst();
    this.hang();
    this.viewport.render();
  }

  presentation(): Types.ViewPresentation {
    return this.viewport.getViewPresentation();
  }

  setPresentation(presentation: Types.ViewPresentation): void {
    if (this.slices.length === 0) return;
    this.viewport.setViewPresentation(presentation);
    this.viewport.render();
  }

  beforeResize(): () => void {
    const wasUnmoved = this.isAsFitted();
    return () => {
      if (wasUnmoved) this.fit();
      else if (!usesCpu()) remeasureStack(this.viewport);
    };
  }

  get range(): VoiRange | null {
    return this.display.range;
  }

  resetWindow(): void {
    this.display.reset();
    this.viewport.render();
  }

  applyPreset(preset: Preset): void {
    const range = rangeOfPreset(preset, this.display.ofImage, this.display.windowFunction);
    if (range) this.display.showRange(range);
    this.viewport.render();
  }

  takeWindow(other: Pane): void {
    const { window, isInverted } = other.store.get();
    if (!window || !other.range) return;
    this.display.showRange(other.range);
    if (isInverted !== this.display.isInverted) this.toggleInvert();
    this.viewport.render();
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

  toggleInvert(): void {
    this.display.toggleInvert();
    this.viewport.render();
    this.store.set({ isInverted: this.display.isInverted });
    this.context.onChanged(this, "WINDOW");
  }

  /** Try again what could not be loaded, once the reason may be gone. */
  retry(): void {
    this.store.set({ problem: null });
    const { index } = this.store.get();
    this.load?.retryFailed(index);
    void this.viewport.setImageIdIndex(index).catch((error: unknown) => this.report(error));
  }

  /** Where a pixel of the shown slice lies in the browser's window, for tests that use the real mouse. */
  clientPointOfPixel(column: number, row: number): ClientPoint | null {
    const slice = this.shownSlice();
    if (!slice) return null;
    const { offset } = this.context;
    return this.clientPointOf(toPatient(drawnPlane(slice.plane), [column + offset, row + offset]));
  }

  clientPointOf(point: PatientMm): ClientPoint {
    const [x, y] = this.viewport.worldToCanvas([...point]);
    const box = this.element.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }

  destroy(): void {
    this.isDestroyed = true;
    this.cine.stop();
    this.load?.release();
    this.context.scale.leave(this);
    this.stopListening();
    this.engine.disableElement(this.id);
  }

  private listen(): () => void {
    const onElement: [string, (event: Event) => void][] = [
      [Events.IMAGE_RENDERED, () => this.onRendered()],
      [Events.STACK_NEW_IMAGE, () => this.onNewImage()],
      [Events.STACK_VIEWPORT_SCROLL, () => this.onScroll()],
      [Events.VOI_MODIFIED, (event) => this.onWindow(event as CustomEvent<{ range: VoiRange }>)],
      [Events.CAMERA_MODIFIED, () => this.onCamera()],
      ["contextmenu", (event) => event.preventDefault()],
    ];
    const onLoadError = (event: Event) => this.onLoadError(event);
    for (const [name, listener] of onElement) this.element.addEventListener(name, listener);
    for (const name of PRESSES) this.element.addEventListener(name, this.onPress, { capture: true });
    eventTarget.addEventListener(Events.IMAGE_LOAD_ERROR, onLoadError);
    return () => {
      for (const name of PRESSES) this.element.removeEventListener(name, this.onPress, { capture: true });
      for (const [name, listener] of onElement) this.element.removeEventListener(name, listener);
      eventTarget.removeEventListener(Events.IMAGE_LOAD_ERROR, onLoadError);
    };
  }

  /** No tool gets hold of an image of low resolution: a brush in a range of values would take its values for the image's. */
  private readonly onPress = (event: Event): void => {
    if (!isReduced(this.viewport.getCornerstoneImage())) return;
    event.stopImmediatePropagation();
    this.context.onTooEarly();
  };

  private onRendered(): void {
    const imageId = this.viewport.getCurrentImageId();
    const slice = this.slices.find((candidate) => candidate.imageId === imageId);
    const image = this.viewport.getCornerstoneImage();
    if (!slice || image?.imageId !== imageId) return;
    if (isReduced(image)) this.store.set({ imageId: slice.imageId, isReduced: true });
    if (!this.hasFirstWindow || isReduced(image)) return;
    this.load?.markLoaded(slice.imageId);
    this.onFirstDrawn();
    const wasReduced = this.store.get().isReduced;
    this.store.set({
      index: this.slices.indexOf(slice),
      imageId: slice.imageId,
      isRendered: true,
      isReduced: false,
      facts: this.series?.factsOf(slice) ?? null,
      badges: badgesOf(slice, { hasDerivedWindow: this.display.isDerived, isByProcessor: usesCpu() }),
      problem: null,
      isInverted: this.display.isInverted,
    });
    if (usesCpu()) this.display.keepRange();
    this.readView();
    if (wasReduced) this.context.onWholeImage();
  }

  private shownSlice(): Slice | undefined {
    return this.slices[this.store.get().index];
  }

  /** The outer corners of a slice, half a pixel beyond the middles of its outermost pixels. */
  private corners({ plane }: Slice): PatientMm[] {
    const { columns, rows } = plane;
    const ends: [number, number][] = [
      [-0.5, -0.5],
      [columns - 0.5, -0.5],
      [columns - 0.5, rows - 0.5],
      [-0.5, rows - 0.5],
    ];
    const { offset } = this.context;
    return ends.map(([column, row]) => toPatient(drawnPlane(plane), [column + offset, row + offset]));
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
    if (index === this.store.get().index) return;
    this.store.set({ index, isRendered: false });
    this.context.onChanged(this, "SCROLL");
  }

  private onWindow(event: CustomEvent<{ range: VoiRange }>): void {
    this.display.windowChanged(event.detail.range);
    if (this.hasFirstWindow) this.context.onChanged(this, "WINDOW");
  }

  private onCamera(): void {
    this.readView();
    if (this.hasFirstWindow) this.context.onChanged(this, "VIEW");
  }

  private readView(): void {
    const slice = this.shownSlice();
    // Between two series there is no image to measure on.
    if (!slice || !this.hasFirstWindow) return;
    const value = perScreenPixel(this.viewport);
    if (value === null) return;
    const unit = slice.plane.spacing ? "mm" : "px";
    this.store.set({
      perScreenPixel: { value, unit },
      zoom: drawnPlane(slice.plane).spacing.column_mm / value,
      letters: lettersOnScreen(this.viewport, slice.plane),
    });
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

/** Without WebGL Cornerstone fails over a place on a viewport that has drawn no image yet; until then it is outside. */
function placeOnlyOnImages(viewport: Types.IStackViewport): void {
  const place = viewport.worldToCanvas.bind(viewport);
  viewport.worldToCanvas = (world) =>
    viewport.getImageData() === undefined ? [...OUTSIDE_PX] : place(world);
}
