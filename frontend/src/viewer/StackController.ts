import {
  cache,
  utilities as coreUtilities,
  Enums,
  eventTarget,
  imageLoader,
  RenderingEngine,
  type Types,
} from "@cornerstonejs/core";
import {
  annotation as annotations,
  Enums as ToolEnums,
  ToolGroupManager,
  type Types as ToolTypes,
} from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { usesCpu } from "./cornerstone";
import { sliceOf } from "./fromPayload";
import { loadErrorText } from "./loadError";
import { MarkLayer, type ViewerMark } from "./markLayer";
import { drawnPlane, edgeLetters, toPatient } from "./plane";
import { Prefetch } from "./prefetch";
import type { Slice } from "./slices";
import { textLines } from "./textLines";
import { bindMouse, DEFAULT_MOUSE, type MouseSettings, makeToolGroup } from "./toolGroup";
import type { DrawnMark, PixelOffset } from "./toPayload";
import { StateStore } from "./viewerState";
import { derivedRange, rangeOfWindow, type VoiRange, windowOfRange } from "./window";

const VIEWPORT_ID = "stack";
const { Events } = Enums;
const ToolEvents = ToolEnums.Events;

export interface ViewerEvents {
  onMarkDrawn: (id: string, mark: DrawnMark) => void;
  onMarkMoved: (id: string, mark: DrawnMark) => void;
  onMarkSelected: (id: string | null) => void;
}

/** One stack of images on one element: everything imperative between React and Cornerstone. */
export class StackController {
  readonly store = new StateStore();
  private readonly engine: RenderingEngine;
  private readonly viewport: Types.IStackViewport;
  private readonly group: ToolTypes.IToolGroup;
  private readonly layer: MarkLayer;
  private readonly offset: PixelOffset;
  private readonly observer: ResizeObserver;
  private readonly stopListening: () => void;
  private slices: Slice[] = [];
  private sliceOfImage = new Map<string, Slice>();
  private marks: ViewerMark[] = [];
  private areMarksVisible = true;
  private prefetch: Prefetch | null = null;
  private initialRange: VoiRange | null = null;
  private range: VoiRange | null = null;
  /** MONOCHROME1 is drawn inverted from the start; the reader is only told of an inversion of their own. */
  private wasInvertedAtFirst = false;
  /** Until then nothing counts as shown: a first glance through a wrong window is worse than none. */
  private hasFirstWindow = false;
  private isDestroyed = false;
  private isSelecting = false;

  constructor(
    private readonly element: HTMLDivElement,
    private readonly events: ViewerEvents,
  ) {
    const id = coreUtilities.uuidv4();
    this.offset = usesCpu() ? 0.5 : 0;
    this.engine = new RenderingEngine(id);
    this.engine.enableElement({ viewportId: VIEWPORT_ID, type: Enums.ViewportType.STACK, element });
    this.viewport = this.engine.getViewport(VIEWPORT_ID) as Types.IStackViewport;
    this.group = makeToolGroup(id, (kind, data, targetId) =>
      textLines(kind, data as never, targetId, (imageId) => this.sliceOfImage.get(imageId), this.offset),
    );
    this.group.addViewport(VIEWPORT_ID, id);
    this.layer = new MarkLayer(this.viewport, this.offset);
    this.stopListening = this.listen();
    this.observer = new ResizeObserver(() => this.engine.resize(true, true));
    this.observer.observe(element);
    this.store.set({ usesCpu: usesCpu() });
  }

  /** Show a series from a slice on, with its window already right, then load the rest. */
  async showSeries(slices: Slice[], index: number): Promise<void> {
    this.prefetch?.stop();
    this.quietly(() => this.layer.clear());
    this.slices = slices;
    this.hasFirstWindow = false;
    this.sliceOfImage = new Map(slices.map((slice) => [slice.imageId, slice]));
    this.range = null;
    this.store.set({
      index,
      count: slices.length,
      imageId: null,
      isRendered: false,
      window: null,
      problem: null,
    });
    const imageIds = slices.map((slice) => slice.imageId);
    this.prefetch = new Prefetch(imageIds, (progress) => this.store.set({ progress }));
    this.store.set({ progress: this.prefetch.progress });
    await this.viewport.setStack(imageIds, index).catch((error: unknown) => this.report(error));
    if (!this.isShowing(slices)) return;
    await this.setFirstWindow(slices);
    if (!this.isShowing(slices)) return;
    this.showMarks();
    this.prefetch.around(index);
  }

  private showMarks(): void {
    this.quietly(() => this.layer.show(this.marks, this.slices, this.areMarksVisible));
  }

  private isShowing(slices: Slice[]): boolean {
    return !this.isDestroyed && this.slices === slices;
  }

  private async setFirstWindow(slices: Slice[]): Promise<void> {
    const range = await this.firstRange();
    if (!this.isShowing(slices)) return;
    this.initialRange = range;
    if (this.initialRange) this.viewport.setProperties({ voiRange: this.initialRange });
    this.wasInvertedAtFirst = this.isInvertedNow();
    this.hasFirstWindow = true;
    this.viewport.render();
  }

  /** The window the first image names; without one, derived from the middle slice, where the body is. */
  private async firstRange(): Promise<VoiRange | null> {
    const first = this.slices[this.store.get().index];
    if (!first || first.isColour) return null;
    if (first.window) return rangeOfWindow(first.window);
    const middle = this.slices[Math.floor(this.slices.length / 2)] ?? first;
    const image = await imageLoader
      .loadAndCacheImage(middle.imageId)
      .catch((error: unknown) => this.report(error));
    return image ? derivedRange(image.getPixelData()) : null;
  }

  setMarks(marks: ViewerMark[]): void {
    this.marks = marks;
    if (this.slices.length > 0) this.showMarks();
  }

  setMarksVisible(areVisible: boolean): void {
    this.areMarksVisible = areVisible;
    this.setMarks(this.marks);
  }

  setTool(kind: MarkKind | null, mouse: MouseSettings = DEFAULT_MOUSE): void {
    bindMouse(this.group, kind, mouse);
  }

  select(id: string | null): void {
    this.quietly(() => this.layer.select(id));
  }

  /** Changes of the selection that come from outside are no news to the outside. */
  private quietly(change: () => void): void {
    this.isSelecting = true;
    change();
    this.isSelecting = false;
  }

  /** Go to the slice of a mark; false when it lies on another series. */
  jumpToMark(mark: ViewerMark): boolean {
    const slice = sliceOf(mark.geometry, this.slices);
    if (!slice) return false;
    this.goTo(this.slices.indexOf(slice));
    return true;
  }

  /** Where to open a series: at a mark when one of it is asked for, else at its first slice. */
  indexOfMark(mark: ViewerMark | null, slices: Slice[]): number {
    const slice = mark && sliceOf(mark.geometry, slices);
    return slice ? slices.indexOf(slice) : 0;
  }

  goTo(index: number): void {
    const within = Math.min(Math.max(index, 0), this.slices.length - 1);
    if (within < 0 || within === this.viewport.getTargetImageIdIndex()) return;
    void coreUtilities
      .jumpToSlice(this.element, { imageIndex: within, debounceLoading: true })
      .catch((error: unknown) => this.report(error));
  }

  scrollBy(slices: number): void {
    this.goTo(this.viewport.getTargetImageIdIndex() + slices);
  }

  fit(): void {
    this.viewport.resetCamera();
    this.viewport.render();
  }

  resetWindow(): void {
    if (this.initialRange) this.viewport.setProperties({ voiRange: this.initialRange });
    this.viewport.render();
  }

  toggleInvert(): void {
    this.viewport.setProperties({ invert: !this.isInvertedNow() });
    this.viewport.render();
  }

  private isInvertedNow(): boolean {
    return this.viewport.getProperties().invert ?? false;
  }

  /** Try again what could not be loaded, once the reason may be gone. */
  retry(): void {
    this.store.set({ problem: null });
    this.prefetch?.retryFailed(this.store.get().index);
    const index = this.store.get().index;
    void this.viewport.setImageIdIndex(index).catch((error: unknown) => this.report(error));
  }

  /** Where a pixel of the shown slice lies in the browser's window, for tests that use the real mouse. */
  clientPointOfPixel(column: number, row: number): { x: number; y: number } | null {
    const slice = this.slices[this.store.get().index];
    if (!slice) return null;
    const world = toPatient(drawnPlane(slice.plane), [column + this.offset, row + this.offset]);
    const [x, y] = this.viewport.worldToCanvas([...world]);
    const box = this.element.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }

  destroy(): void {
    this.isDestroyed = true;
    this.prefetch?.stop();
    this.stopListening();
    this.observer.disconnect();
    this.quietly(() => this.layer.clear());
    ToolGroupManager.destroyToolGroup(this.group.id);
    this.engine.destroy();
    // The next case must not find this one's pixels in its memory.
    cache.purgeCache();
  }

  private listen(): () => void {
    const onElement: [string, (event: Event) => void][] = [
      [Events.IMAGE_RENDERED, () => this.onRendered()],
      [Events.STACK_NEW_IMAGE, () => this.onNewImage()],
      [Events.STACK_VIEWPORT_SCROLL, () => this.onScroll()],
      [Events.VOI_MODIFIED, (event) => this.onWindow(event as CustomEvent<{ range: VoiRange }>)],
      [Events.CAMERA_MODIFIED, () => this.readScale()],
      [ToolEvents.MOUSE_UP, () => queueMicrotask(() => this.reportMoved())],
    ];
    const onTarget: [string, (event: Event) => void][] = [
      [
        ToolEvents.ANNOTATION_COMPLETED,
        (event) => this.onCompleted(event as ToolTypes.EventTypes.AnnotationCompletedEventType),
      ],
      [ToolEvents.ANNOTATION_SELECTION_CHANGE, () => this.onSelection()],
      [Events.IMAGE_LOAD_ERROR, (event) => this.onLoadError(event)],
    ];
    const ignoreMenu = (event: Event) => event.preventDefault();
    this.element.addEventListener("contextmenu", ignoreMenu);
    for (const [name, listener] of onElement) this.element.addEventListener(name, listener);
    for (const [name, listener] of onTarget) eventTarget.addEventListener(name, listener);
    return () => {
      this.element.removeEventListener("contextmenu", ignoreMenu);
      for (const [name, listener] of onElement) this.element.removeEventListener(name, listener);
      for (const [name, listener] of onTarget) eventTarget.removeEventListener(name, listener);
    };
  }

  private onRendered(): void {
    const imageId = this.viewport.getCurrentImageId();
    const slice = imageId ? this.sliceOfImage.get(imageId) : undefined;
    const image = this.viewport.getCornerstoneImage();
    if (!this.hasFirstWindow || !slice || image?.imageId !== imageId) return;
    this.prefetch?.markLoaded(slice.imageId);
    this.store.set({
      index: this.slices.indexOf(slice),
      imageId: slice.imageId,
      isRendered: true,
      letters: edgeLetters(slice.plane),
      problem: null,
      isInverted: this.isInvertedNow() !== this.wasInvertedAtFirst,
    });
    this.keepWindow();
    this.readScale();
  }

  private onNewImage(): void {
    this.prefetch?.around(this.viewport.getCurrentImageIdIndex());
  }

  private onScroll(): void {
    const index = this.viewport.getTargetImageIdIndex();
    if (index !== this.store.get().index) this.store.set({ index, isRendered: false });
  }

  private onWindow(event: CustomEvent<{ range: VoiRange }>): void {
    this.range = event.detail.range;
    const slice = this.slices[this.store.get().index];
    this.store.set({ window: slice?.isColour ? null : windowOfRange(this.range) });
  }

  /** On the CPU each new image makes Cornerstone forget the range, though it goes on drawing with it. */
  private keepWindow(): void {
    if (this.offset === 0 || !this.range) return;
    this.viewport.setProperties({ voiRange: this.range }, true);
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

  private onCompleted(event: ToolTypes.EventTypes.AnnotationCompletedEventType): void {
    const drawn = event.detail.annotation;
    if (!drawn.annotationUID || !this.sliceOfImage.has(drawn.metadata?.referencedImageId ?? "")) return;
    const mark = this.layer.adopt(drawn, this.slices);
    if (mark) this.events.onMarkDrawn(drawn.annotationUID, mark);
  }

  private reportMoved(): void {
    for (const { id, ...mark } of this.layer.moved(this.slices)) this.events.onMarkMoved(id, mark);
  }

  private onSelection(): void {
    if (this.isSelecting) return;
    const [selected] = annotations.selection.getAnnotationsSelected();
    this.events.onMarkSelected(selected ?? null);
  }

  private onLoadError(event: Event): void {
    const detail = (event as CustomEvent<{ imageId?: string; error?: unknown }>).detail;
    if (detail.imageId && this.sliceOfImage.has(detail.imageId)) this.report(detail.error);
  }

  private report(error: unknown): null {
    if (!this.isDestroyed) this.store.set({ problem: loadErrorText(error) });
    return null;
  }
}
