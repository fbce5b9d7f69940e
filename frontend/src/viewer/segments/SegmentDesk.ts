import { eventTarget, imageLoader, type Types } from "@cornerstonejs/core";
import { Enums as ToolEnums, type Types as ToolTypes } from "@cornerstonejs/tools";
import type { PixelPoint } from "@/domain/payload";
import { polygonMask } from "@/domain/polygonMask";
import { grownRegion } from "@/domain/segmentGrowth";
import type { PaintedSlice } from "@/domain/segments";
import {
  type Colour,
  growthRange,
  type SegmentSettings,
  type SegmentTool,
  type ValueRange,
  valueUnitText,
} from "@/domain/segmentTools";
import { usesCpu } from "../cornerstone";
import type { Pane } from "../pane";
import { drawnPlane, toPixel } from "../plane";
import type { Slice } from "../slices";
import { volumeGeometry } from "../volumeGeometry";
import { RangeOverlay } from "./RangeOverlay";
import { SegmentBoard, type ShownSegment } from "./SegmentBoard";
import { addSegmentTools, bindSegmentTool, dropHalfCut } from "./tools";

/** What the room wants to be seen and done. */
export interface SegmentInputs {
  shown: ShownSegment[];
  /** The segment that the tools change; it need not have a voxel yet. */
  active: { segmentId: string; colour: Colour; seriesInstanceUid: string | null };
  /** The series that may be drawn on: priors are not. */
  drawable: ReadonlySet<string>;
  tool: SegmentTool | null;
  settings: SegmentSettings;
  opacity: number;
}

/** What a stroke has changed. */
export interface Painted {
  segmentId: string;
  seriesInstanceUid: string;
  rows: number;
  columns: number;
  changed: PaintedSlice[];
}

export interface SegmentEvents {
  /** Resolves once the read knows of it. */
  onSegmentPainted: (painted: Painted) => Promise<void>;
  /** A sentence for the reader: what is going on, or why not; null when there is nothing to say. */
  onSegmentNotice: (notice: string | null) => void;
}

/** More than any organ in a fine CT has been asked for; a leak into the surroundings is far larger. */
const MOST_GROWN_VOXELS = 4_000_000;

/** Why the segments of a series cannot be shown or drawn, or null. */
export function segmentRefusal(slices: readonly Slice[]): string | null {
  if (usesCpu()) return "Segments cannot be shown or drawn without graphics acceleration (WebGL).";
  const [first] = slices;
  const isAsFirst = ({ plane }: Slice) =>
    plane.rows === first?.plane.rows && plane.columns === first.plane.columns;
  return slices.every(isAsFirst) ? null : "The images of this series differ in rows or columns.";
}

/** Everything imperative about segments: one labelmap a series, the tools, and what they have changed. */
export class SegmentDesk {
  private readonly boards = new Map<Slice[], SegmentBoard>();
  private readonly dirty = new Map<SegmentBoard, Set<number>>();
  private readonly overlay = new RangeOverlay();
  private readonly stopListening: () => void;
  private inputs: SegmentInputs | null = null;
  private bindings: { mouseButton: number; modifierKey?: number }[] = [];
  private isPainting = false;
  private isPointerDown = false;
  /** Strokes that the read does not know yet: until then what it shows is older than what is on the screen. */
  private pending = 0;
  private growth = 0;
  /** What has been said of series that take no segments. */
  private refusal: string | null = null;

  constructor(
    private readonly group: ToolTypes.IToolGroup,
    private readonly panes: () => Pane[],
    private readonly events: SegmentEvents,
  ) {
    addSegmentTools(group, {
      onSeed: (element, world) => void this.grow(element, world),
      onLine: (element, line) => this.cutOut(element, line),
    });
    this.stopListening = this.listen();
  }

  setInputs(inputs: SegmentInputs): void {
    const before = this.inputs;
    this.inputs = inputs;
    this.sync();
    if (before?.tool !== inputs.tool || before?.settings !== inputs.settings) this.bind();
  }

  /** Whether one of its tools has the mouse. */
  get hasTool(): boolean {
    return this.inputs !== null && this.inputs.tool !== null;
  }

  /** The mouse goes to the chosen tool; `bindings` are the buttons that draw. */
  bind(bindings = this.bindings): void {
    this.bindings = bindings;
    if (!this.inputs) return;
    const { tool, settings } = this.inputs;
    if (tool !== "GROW") this.growth += 1;
    bindSegmentTool(this.group, tool, settings, bindings);
  }

  /** Panes, series or segments have changed. */
  sync(): void {
    const { inputs } = this;
    if (!inputs) return;
    if (this.pending > 0 || this.isPointerDown) {
      for (const board of this.boards.values()) this.activate(board, inputs);
      return;
    }
    this.quietly(() => {
      for (const board of [...this.boards.values()]) this.leavePanes(board);
      for (const pane of this.panes()) {
        const board = this.boardFor(pane, inputs);
        board?.addTo(pane.id);
      }
      for (const [slices, board] of this.boards) this.show(board, slices, inputs);
      this.overlay.show(this.panes(), this.shownRange());
    });
    this.tellRefusal(inputs);
  }

  /** Say why a series on the screen has no segments where somebody would miss them; once, as long as it is so. */
  private tellRefusal(inputs: SegmentInputs): void {
    const wanted = this.panes().filter(({ view, slices }) => view === "STACK" && areWantedOn(slices, inputs));
    const refusal = wanted.map(({ slices }) => segmentRefusal(slices)).find((text) => text !== null) ?? null;
    if (refusal === this.refusal) return;
    this.refusal = refusal;
    this.events.onSegmentNotice(refusal);
  }

  /** A pane is taken down. */
  leave(pane: Pane): void {
    dropHalfCut(this.group);
    for (const board of this.boards.values()) board.removeFrom(pane.id);
    this.overlay.show(
      this.panes().filter((other) => other !== pane),
      this.shownRange(),
    );
  }

  private shownRange(): ValueRange | null {
    return this.inputs?.tool === "THRESHOLD" ? this.inputs.settings.range : null;
  }

  private leavePanes(board: SegmentBoard): void {
    for (const pane of this.panes()) if (pane.slices !== board.slices) board.removeFrom(pane.id);
  }

  /** The labelmap of a pane's series; made when there is something to show or to draw. */
  private boardFor(pane: Pane, inputs: SegmentInputs): SegmentBoard | null {
    const { slices } = pane;
    const [first] = slices;
    // Reformats show the images between which slices are drawn, not the slices.
    if (pane.view !== "STACK") return null;
    // Until its first image is there, a pane has nothing that a labelmap could lie on.
    const current = (pane.viewport as Types.IStackViewport).getCurrentImageId?.();
    if (!first || !slices.some(({ imageId }) => imageId === current)) return null;
    const known = this.boards.get(slices);
    if (known) return known;
    if (!areWantedOn(slices, inputs) || segmentRefusal(slices)) return null;
    const board = new SegmentBoard(slices);
    this.boards.set(slices, board);
    return board;
  }

  private show(board: SegmentBoard, slices: Slice[], inputs: SegmentInputs): void {
    const { shown, opacity } = inputs;
    const series = slices[0]?.seriesInstanceUid;
    board.show(
      shown.filter(({ voxels }) => voxels.seriesInstanceUid === series),
      opacity,
    );
    this.activate(board, inputs);
  }

  private activate(board: SegmentBoard, { active }: SegmentInputs): void {
    const series = board.slices[0]?.seriesInstanceUid;
    if (active.seriesInstanceUid === null || active.seriesInstanceUid === series) {
      board.setActive(active.segmentId, active.colour);
    }
  }

  /** What we paint ourselves is no stroke of the reader. */
  private quietly(change: () => void): void {
    this.isPainting = true;
    change();
    this.isPainting = false;
  }

  private listen(): () => void {
    const onModified = (event: Event) => {
      const { segmentationId } = (event as ToolTypes.EventTypes.SegmentationDataModifiedEventType).detail;
      this.onModified(segmentationId);
    };
    const onDown = () => {
      this.isPointerDown = true;
    };
    const onUp = () => {
      this.isPointerDown = false;
      window.setTimeout(() => {
        this.take();
        this.sync();
      });
    };
    // The page goes in the middle of a stroke: what is painted is the stroke, and there is no later moment.
    const onHide = () => {
      this.isPointerDown = false;
      this.take();
    };
    eventTarget.addEventListener(ToolEnums.Events.SEGMENTATION_DATA_MODIFIED, onModified);
    window.addEventListener("pointerdown", onDown, { capture: true });
    window.addEventListener("pointerup", onUp, { capture: true });
    window.addEventListener("pointercancel", onUp, { capture: true });
    // After the watch over presses, which ends what scissors have begun.
    window.addEventListener("pagehide", onHide);
    return () => {
      eventTarget.removeEventListener(ToolEnums.Events.SEGMENTATION_DATA_MODIFIED, onModified);
      window.removeEventListener("pointerdown", onDown, { capture: true });
      window.removeEventListener("pointerup", onUp, { capture: true });
      window.removeEventListener("pointercancel", onUp, { capture: true });
      window.removeEventListener("pagehide", onHide);
    };
  }

  private onModified(segmentationId: string): void {
    const board = [...this.boards.values()].find((one) => one.segmentationId === segmentationId);
    if (!board || this.isPainting) return;
    const indices = this.dirty.get(board) ?? new Set<number>();
    this.dirty.set(board, indices);
    for (const pane of this.panes()) if (pane.slices === board.slices) indices.add(pane.store.get().index);
    // A click is told from a double click only after the button is up again.
    if (!this.isPointerDown) window.setTimeout(() => this.take());
  }

  private take(): void {
    if (this.isPointerDown || !this.inputs) return;
    const { segmentId } = this.inputs.active;
    for (const [board, indices] of this.dirty) this.report(board, segmentId, board.taken(segmentId, indices));
    this.dirty.clear();
  }

  private report(board: SegmentBoard, segmentId: string, changed: PaintedSlice[]): void {
    const [first] = board.slices;
    if (changed.length === 0 || !first) return;
    const { rows, columns } = first.plane;
    this.pending += 1;
    const { seriesInstanceUid } = first;
    void this.events.onSegmentPainted({ segmentId, seriesInstanceUid, rows, columns, changed }).finally(() =>
      window.setTimeout(() => {
        this.pending -= 1;
        this.sync();
      }),
    );
  }

  /** The slices of a series whose labelmap is there, so that they can be changed. */
  slicesOf(seriesInstanceUid: string): Slice[] | null {
    return [...this.boards.keys()].find(([first]) => first?.seriesInstanceUid === seriesInstanceUid) ?? null;
  }

  /** How many voxels of each segment are painted, for browser tests. */
  get paintedVoxels(): Record<string, number> {
    return Object.assign({}, ...[...this.boards.values()].map((board) => board.paintedVoxels));
  }

  /** Voxels that were computed take the same way as a stroke. */
  apply(slices: Slice[], masks: ReadonlyMap<number, ArrayLike<number>>, isCutting: boolean): void {
    const board = this.boards.get(slices);
    if (!board || !this.inputs) return;
    const { segmentId } = this.inputs.active;
    let changed: PaintedSlice[] = [];
    this.quietly(() => {
      changed = board.apply(segmentId, masks, isCutting);
    });
    this.report(board, segmentId, changed);
  }

  private paneOf(element: HTMLDivElement): Pane | undefined {
    return this.panes().find((pane) => pane.element === element);
  }

  private cutOut(element: HTMLDivElement, line: Types.Point3[]): void {
    const pane = this.paneOf(element);
    const index = pane?.store.get().index ?? -1;
    const slice = pane?.slices[index];
    if (!pane || !slice || !this.inputs) return;
    const plane = drawnPlane(slice.plane);
    const pixels = line.map((point): PixelPoint => toPixel(plane, [point[0], point[1], point[2]]));
    const mask = polygonMask(pixels, plane.columns, plane.rows);
    this.apply(pane.slices, new Map([[index, mask]]), this.inputs.settings.isCutting);
  }

  private async grow(element: HTMLDivElement, world: Types.Point3): Promise<void> {
    const pane = this.paneOf(element);
    const slice = pane?.slices[pane.store.get().index];
    if (!pane || !slice || !this.inputs) return;
    const { slices } = pane;
    const order = orderOf(slices, slice);
    const [column, row] = toPixel(drawnPlane(slice.plane), [world[0], world[1], world[2]]).map(Math.round);
    if (column === undefined || row === undefined) return;
    this.growth += 1;
    const turn = this.growth;
    const { settings } = this.inputs;
    const values = await valuesOfSlice(slice);
    const range = growthRange(settings, values[row * slice.plane.columns + column] ?? Number.NaN);
    const rule = { ...range, mostVoxels: MOST_GROWN_VOXELS };
    this.events.onSegmentNotice("Growing…");
    const { columns, rows } = slice.plane;
    const volume = {
      columns,
      rows,
      count: order.length,
      valuesOf: (index: number) => valuesOfSlice(order[index] ?? slice),
    };
    const seed = { column, row, slice: order.indexOf(slice) };
    const grown = await grownRegion(volume, seed, rule, () => this.growth !== turn).catch(() => undefined);
    if (this.growth !== turn) return;
    this.events.onSegmentNotice(noticeOf(grown, range, valueUnitText(settings.unit)));
    if (!grown || grown.isCutOff || grown.voxels === 0) return;
    const masks = [...grown.masks].map(
      ([index, mask]) => [slices.indexOf(order[index] ?? slice), mask] as const,
    );
    this.apply(slices, new Map(masks), settings.isCutting);
  }

  destroy(): void {
    this.growth += 1;
    this.stopListening();
    this.overlay.destroy();
    for (const board of this.boards.values()) board.destroy();
    this.boards.clear();
  }
}

/** Whether there are segments to show on these slices, or one is about to be drawn. */
function areWantedOn([first]: readonly Slice[], { tool, drawable, shown }: SegmentInputs): boolean {
  if (!first) return false;
  const uid = first.seriesInstanceUid;
  return (tool !== null && drawable.has(uid)) || shown.some(({ voxels }) => voxels.seriesInstanceUid === uid);
}

/** The slices as neighbours in space; a series that is no volume has none. */
function orderOf(slices: Slice[], slice: Slice): Slice[] {
  const geometry = volumeGeometry(slices);
  return geometry.isVolume ? geometry.slices : [slice];
}

export async function valuesOfSlice(slice: Slice): Promise<ArrayLike<number>> {
  return (await imageLoader.loadAndCacheImage(slice.imageId)).getPixelData();
}

function noticeOf(
  grown: Awaited<ReturnType<typeof grownRegion>> | undefined,
  { lowest, highest }: ValueRange,
  unit: string,
): string | null {
  if (!grown) return "Not all images of this series could be loaded; nothing was changed.";
  const short = (value: number) => Number(value.toPrecision(4));
  const range = `${short(lowest)} to ${short(highest)} ${unit}`;
  if (grown.voxels === 0) return `The value at the click lies outside ${range}; nothing was changed.`;
  if (!grown.isCutOff) return null;
  return `With ${range} it runs out into more than ${MOST_GROWN_VOXELS / 1e6} million voxels; nothing was changed. Narrow the range.`;
}
