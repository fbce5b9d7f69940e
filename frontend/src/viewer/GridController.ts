import { cache, eventTarget, type RenderingEngine } from "@cornerstonejs/core";
import {
  annotation as annotations,
  cancelActiveManipulations,
  Enums as ToolEnums,
  type Types as ToolTypes,
} from "@cornerstonejs/tools";
import type { LinkKind, PaneView } from "@/domain/grid";
import type { Looks } from "@/domain/keptView";
import type { MarkKind } from "@/domain/labelSchema";
import type { PatientMm } from "@/domain/payload";
import type { Slab } from "@/domain/slab";
import { CommonScale } from "./CommonScale";
import { usesCpu } from "./cornerstone";
import type { DicomJson } from "./dicomJson";
import { returnEngine, takeEngine } from "./engine";
import { Hand } from "./Hand";
import { ImageEdges } from "./ImageEdges";
import { addLookingTools, setReferenceLines } from "./lookingTools";
import { centreOf, pointOn } from "./markCentre";
import { MarkLayer, slicesFor, type ViewerMark } from "./markLayer";
import { kindOfTool } from "./markTools";
import { sliceOf } from "./nearestSlice";
import { type OpenedSeries, openedSeries } from "./openedSeries";
import { PaneLinks } from "./PaneLinks";
import { PaneLooks } from "./PaneLooks";
import { isSmall, PaneSizes } from "./PaneSizes";
import { Planes } from "./Planes";
import { PressWatch } from "./PressWatch";
import type { Pane, PaneContext } from "./pane";
import { StackPane } from "./StackPane";
import { SegmentDesk, type SegmentEvents } from "./segments/SegmentDesk";
import { registerSeries } from "./series";
import { SeriesLoads } from "./seriesLoads";
import { forgetSlices } from "./sliceMetadata";
import type { FrameUrl, Slice } from "./slices";
import { MarkWords } from "./textLines";
import { destroyToolGroup, type MouseSettings, makeToolGroup } from "./toolGroup";
import type { DrawnMark } from "./toPayload";
import { VolumePane } from "./VolumePane";
import { Volumes } from "./volumes";

const ToolEvents = ToolEnums.Events;
// To Cornerstone a drag that is over within 200 ms was a click; a mark has moved by it all the same.
const DRAG_ENDS = [ToolEvents.MOUSE_UP, ToolEvents.MOUSE_CLICK, ToolEvents.TOUCH_END, ToolEvents.TOUCH_TAP];
const NOT_ON_SLICE = "Marks are drawn on the original slices, not on a reformat.";
const NOT_WHOLE = "This image is still coming in full resolution: try again in a moment.";
const NO_BOX = "A 3D box needs a series of parallel slices with a place in the patient.";

export interface ViewerEvents extends SegmentEvents {
  /** Asked before a mark just drawn is kept; whoever says no tells the reader why. */
  mayMark: (seriesInstanceUid: string) => boolean;
  onMarkDrawn: (id: string, mark: DrawnMark) => void;
  onMarkMoved: (id: string, mark: DrawnMark) => void;
  onMarkSelected: (id: string | null) => void;
  /** A mark was drawn that cannot be kept; the text says why. */
  onMarkRefused: (reason: string) => void;
}

/** Where a series comes from: metadata of every instance and the address of every frame. */
export type SeriesSource = (
  seriesInstanceUid: string,
) => Promise<{ instances: DicomJson[]; frameUrl: FrameUrl }>;

/** All panes of one case: the drawing engine, the tools and the marks that they share. */
export class GridController {
  private readonly engine: RenderingEngine;
  private readonly group: ToolTypes.IToolGroup;
  private readonly layer: MarkLayer;
  /** Segments: their labelmaps and tools. */
  readonly desk: SegmentDesk;
  private readonly context: PaneContext;
  private readonly panes = new Map<string, Pane>();
  private readonly sizes: PaneSizes;
  private readonly opened = new Map<string, Promise<OpenedSeries>>();
  private readonly planes: Planes;
  private readonly links = new PaneLinks(() => this.allPanes);
  readonly paneLooks: PaneLooks;
  private readonly presses = new PressWatch((buttons) => this.hand.countsOnce(buttons));
  private readonly words: MarkWords;
  private readonly edges: ImageEdges;
  private readonly stopListening: () => void;
  private readonly hand: Hand;
  /** The pane that keys and buttons speak to. */
  activeId = "";
  private hasReferenceLines = true;
  private marks: ViewerMark[] = [];
  private areMarksVisible = true;
  private isSelecting = false;
  private isCancelling = false;
  private isCompleting = false;

  constructor(
    private readonly source: SeriesSource,
    private readonly events: ViewerEvents,
    looks: Looks,
  ) {
    this.paneLooks = new PaneLooks(looks);
    this.engine = takeEngine();
    const { id } = this.engine;
    const offset = usesCpu() ? 0.5 : 0;
    this.context = {
      engine: this.engine,
      offset,
      loads: new SeriesLoads(),
      onTooEarly: () => this.events.onMarkRefused(NOT_WHOLE),
      onWholeImage: () => this.reportMoved(),
      volumes: new Volumes(),
      scale: new CommonScale((pane) => pane.beforeResize()()),
      onPlaneReady: () => this.planes.onReady(),
      onSlicesChanged: () => this.onSlicesChanged(),
      onChanged: (pane, change) => {
        if (pane.id === this.activeId) this.links.follow(pane, change);
      },
    };
    this.sizes = new PaneSizes(this.engine);
    this.words = new MarkWords(
      (imageId) => this.sliceOfImage(imageId),
      (data, paneId) => this.isBrief(data, paneId),
      offset,
      () => this.engine.render(),
    );
    this.group = makeToolGroup(id, this.words.of);
    this.edges = new ImageEdges(this.group, offset);
    this.desk = new SegmentDesk(this.group, () => this.allPanes, events);
    addLookingTools(this.group);
    const startAt = () => this.paneLooks.takeCrosshairs();
    this.planes = new Planes(id, this.engine, () => this.allPanes, startAt);
    this.layer = new MarkLayer(
      (slice) => this.paneOf(slice)?.viewport,
      () => {
        // Before there is an image there is nothing to draw, and drawing it would keep the first one waiting.
        if (this.shownSlices().length > 0) this.engine.render();
      },
      offset,
    );
    this.hand = new Hand({ group: this.group, desk: this.desk, planes: this.planes, layer: this.layer });
    this.stopListening = this.listen();
  }

  addPane(id: string, view: PaneView, element: HTMLDivElement): Pane {
    const isStack = view === "STACK";
    const pane = isStack
      ? new StackPane(id, element, this.context)
      : new VolumePane(id, view, element, this.context);
    if (isStack) {
      this.group.addViewport(id, this.engine.id);
      this.edges.watch(pane);
    } else this.planes.add(pane);
    this.panes.set(id, pane);
    this.sizes.add(pane);
    this.presses.watch(element);
    for (const name of DRAG_ENDS) element.addEventListener(name, this.onDragEnd);
    return pane;
  }

  removePane(pane: Pane): void {
    // React takes the grid down before what stands in it.
    if (this.panes.get(pane.id) !== pane) return;
    this.links.leave(pane);
    // A tool in the middle of a mark would go on drawing in a pane that is no more.
    this.dropHalfDrawn();
    this.sizes.remove(pane);
    this.presses.leave(pane.element);
    for (const name of DRAG_ENDS) pane.element.removeEventListener(name, this.onDragEnd);
    this.desk.leave(pane);
    this.edges.leave(pane);
    if (pane.view === "STACK") this.group.removeViewports(this.engine.id, pane.id);
    else this.planes.remove(pane);
    this.panes.delete(pane.id);
    this.paneLooks.leave(pane);
    pane.destroy();
    this.showMarks();
  }

  /** How all panes are looked at now. */
  get looks(): Looks {
    return { panes: this.paneLooks.all(this.allPanes), crosshairs: this.crosshairs };
  }

  pane(id: string): Pane | undefined {
    return this.panes.get(id);
  }

  get allPanes(): Pane[] {
    return [...this.panes.values()];
  }

  setActive(id: string): void {
    this.activeId = id;
    this.links.restart();
    this.showReferenceLines();
  }

  /** The panes are hung anew: they begin as they are hung. */
  forgetLooks(): void {
    this.paneLooks.forget();
    this.links.forget();
  }

  setSlab(slab: Slab): void {
    this.planes.setSlab(slab);
  }

  /** Where the planes meet; null while there are none. */
  get crosshairs(): PatientMm | null {
    return this.planes.centre;
  }

  setLinks(links: Record<LinkKind, boolean>): void {
    this.links.set(links);
  }

  setReferenceLines(areShown: boolean): void {
    this.hasReferenceLines = areShown;
    this.showReferenceLines();
  }

  private showReferenceLines(): void {
    const isWanted = this.hasReferenceLines && this.panes.size > 1 && this.panes.has(this.activeId);
    setReferenceLines(this.group, isWanted ? this.activeId : null);
    this.engine.render();
  }

  /** A series in order; its metadata is asked for once, and again after a failure. */
  open(seriesInstanceUid: string): Promise<OpenedSeries> {
    const known = this.opened.get(seriesInstanceUid);
    if (known) return known;
    const opening = this.source(seriesInstanceUid).then(({ instances, frameUrl }) =>
      openedSeries(seriesInstanceUid, instances, registerSeries(instances, frameUrl)),
    );
    this.opened.set(seriesInstanceUid, opening);
    opening.catch(() => this.opened.delete(seriesInstanceUid));
    return opening;
  }

  setMarks(marks: ViewerMark[]): void {
    this.marks = marks;
    this.showMarks();
  }

  setMarksVisible(areVisible: boolean): void {
    this.areMarksVisible = areVisible;
    this.showMarks();
  }

  setTool(kind: MarkKind | null, isMagnifying: boolean, mouse: MouseSettings): void {
    this.cancelDrawing();
    this.hand.take(kind, isMagnifying, mouse);
  }

  /** What is in hand works on stacks alone. */
  setPlanesRefuse(areRefusing: boolean): void {
    this.planes.setRefusing(areRefusing);
  }

  /** Take back what is half drawn; false when nothing is. */
  dropHalfDrawn(): boolean {
    if (this.isCompleting || !this.layer.hasUnfinished) return false;
    this.cancelDrawing();
    return true;
  }

  /** Another tool, or none, while something is half drawn: it is dropped, not kept as a mark. */
  private cancelDrawing(): void {
    // What is just being completed is not half drawn, though its tool may not have put it down yet (livewire).
    if (this.isCompleting) return;
    this.isCancelling = true;
    for (const { element } of this.allPanes) cancelActiveManipulations(element);
    this.isCancelling = false;
    this.layer.dropUnfinished();
  }

  select(id: string | null): void {
    this.quietly(() => this.layer.select(id));
  }

  /** Go to a mark on the planes, and in this pane or else in the first that shows it; the pane, or null for none. */
  jumpToMark(mark: ViewerMark, preferredId: string): Pane | null {
    const preferred = this.panes.get(preferredId);
    const others = this.allPanes.filter((pane) => pane !== preferred);
    for (const pane of preferred ? [preferred, ...others] : others) {
      const slice = sliceOf(mark.geometry, slicesFor(mark, pane.slices));
      if (!slice) continue;
      this.planes.goTo(centreOf(mark.geometry) ?? pointOn(slice, mark.geometry, this.planes.centre));
      if (pane.view === "STACK") pane.goTo(pane.slices.indexOf(slice));
      return pane;
    }
    return null;
  }

  destroy(): void {
    this.dropHalfDrawn();
    this.stopListening();
    for (const { element } of this.allPanes) this.presses.leave(element);
    this.sizes.destroy();
    this.desk.destroy();
    this.words.destroy();
    this.edges.destroy();
    this.quietly(() => this.layer.clear());
    returnEngine(this.engine, () => {
      for (const pane of this.allPanes) pane.destroy();
      this.panes.clear();
      destroyToolGroup(this.group, this.engine.id);
      this.planes.destroy();
    });
    for (const opening of this.opened.values()) {
      opening.then(
        ({ slices }) => forgetSlices(slices),
        () => undefined,
      );
    }
    // Crosshairs and reference lines are annotations too.
    annotations.state.removeAllAnnotations();
    // The next case must not find this one's pixels in its memory.
    cache.purgeCache();
  }

  /** Of a small pane marks would cover much with their words: there they show their number, until they are in hand. */
  private isBrief(data: object, paneId: string): boolean {
    const pane = this.panes.get(paneId);
    return pane !== undefined && isSmall(pane) && this.layer.isResting(data);
  }

  private onSlicesChanged(): void {
    this.links.catchUp(this.panes.get(this.activeId));
    this.showMarks();
    this.desk.sync();
    this.showReferenceLines();
  }

  private showMarks(): void {
    this.quietly(() => this.layer.show(this.marks, this.shownSlices(), this.areMarksVisible));
  }

  /** Changes of the selection that come from outside are no news to the outside. */
  private quietly(change: () => void): void {
    this.isSelecting = true;
    change();
    this.isSelecting = false;
  }

  private shownSlices(): Slice[] {
    const series = new Set(this.allPanes.map((pane) => pane.slices));
    return [...series].flat();
  }

  private sliceOfImage(imageId: string): Slice | undefined {
    return this.shownSlices().find((slice) => slice.imageId === imageId);
  }

  private paneOf(slice: Slice): Pane | undefined {
    return this.allPanes.find((pane) => pane.slices.includes(slice));
  }

  private listen(): () => void {
    const listeners: [string, (event: Event) => void][] = [
      [
        ToolEvents.ANNOTATION_COMPLETED,
        (event) => this.onCompleted(event as ToolTypes.EventTypes.AnnotationCompletedEventType),
      ],
      [ToolEvents.ANNOTATION_SELECTION_CHANGE, () => this.onSelection()],
    ];
    for (const [name, listener] of listeners) eventTarget.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) eventTarget.removeEventListener(name, listener);
    };
  }

  private onCompleted(event: ToolTypes.EventTypes.AnnotationCompletedEventType): void {
    const drawn = event.detail.annotation;
    const kind = kindOfTool(drawn.metadata?.toolName ?? "");
    if (!drawn.annotationUID || !kind || this.isCancelling) return;
    const slice = this.sliceOfImage(drawn.metadata?.referencedImageId ?? "");
    if (slice && this.isReduced(slice.imageId)) {
      this.layer.discard(drawn.annotationUID);
      this.events.onMarkRefused(NOT_WHOLE);
      return;
    }
    this.isCompleting = true;
    const mark = this.layer.adopt(drawn, this.shownSlices());
    if (!mark) this.refuse(kind, slice !== undefined);
    else if (this.events.mayMark(mark.geometry.series_instance_uid)) {
      this.events.onMarkDrawn(drawn.annotationUID, mark);
    } else {
      this.layer.discard(drawn.annotationUID);
    }
    this.isCompleting = false;
  }

  /** Why what was drawn is no mark; a click where a drag was meant needs no words. */
  private refuse(kind: MarkKind, isOnSlice: boolean): void {
    if (!isOnSlice) this.events.onMarkRefused(NOT_ON_SLICE);
    else if (kind === "BOX") this.events.onMarkRefused(NO_BOX);
  }

  private readonly onDragEnd = (): void => queueMicrotask(() => this.reportMoved());

  private reportMoved(): void {
    const moved = this.layer.moved(this.shownSlices(), (imageId) => this.isReduced(imageId));
    for (const { id, ...mark } of moved) this.events.onMarkMoved(id, mark);
  }

  /** Nothing is measured on an image of low resolution: its marks wait for the whole one. */
  private isReduced(imageId: string): boolean {
    return this.allPanes.some(({ store }) => store.get().isReduced && store.get().imageId === imageId);
  }

  private onSelection(): void {
    if (this.isSelecting) return;
    const [selected] = annotations.selection.getAnnotationsSelected();
    this.events.onMarkSelected(selected === undefined ? null : this.layer.markIdOf(selected));
  }
}
