import type { RenderingEngine } from "@cornerstonejs/core";
import type { Types } from "@cornerstonejs/tools";
import type { PatientMm } from "@/domain/payload";
import { type Slab, THIN_PLANE } from "@/domain/slab";
import type { Pane } from "./pane";
import { middleOfView } from "./planeStart";
import { addPlaneTools, bindCrosshairs, crosshairsCentre, onCrosshairsMoved } from "./planeTools";
import type { Slice } from "./slices";
import {
  bindMouse,
  DEFAULT_MOUSE,
  destroyToolGroup,
  type MouseSettings,
  makeToolGroup,
  setMarksReadOnly,
} from "./toolGroup";
import { VolumePane } from "./VolumePane";

/** The planes of the grid: their mouse, their crosshairs and their slab. */
export class Planes {
  private readonly group: Types.IToolGroup;
  private readonly panes = new Set<VolumePane>();
  private mouse: MouseSettings = DEFAULT_MOUSE;
  private slab: Slab = THIN_PLANE;
  private areCrosshairsUp = false;
  private isRefusing = false;
  /** The slices that they cut since they have gone to where the stack stood; from then on they are the reader's to move. */
  private begunOn: Slice[] | null = null;
  private readonly stopFollowing: () => void;

  constructor(
    gridId: string,
    private readonly engine: RenderingEngine,
    private readonly allPanes: () => Pane[],
    /** Where they stood before the page was loaded anew; asked once. */
    private readonly startAt: () => PatientMm | null,
  ) {
    // Beside a mark on a plane stands its number alone: its size is that of its own slice.
    this.group = makeToolGroup(`${gridId}-planes`, (_kind, data) => labelOf(data));
    addPlaneTools(this.group);
    this.setMouse(DEFAULT_MOUSE);
    this.stopFollowing = onCrosshairsMoved(this.group, (point) => this.bringStacks(point));
  }

  add(pane: Pane): void {
    if (!(pane instanceof VolumePane)) return;
    this.panes.add(pane);
    pane.setSlab(this.slab);
    this.group.addViewport(pane.id, this.engine.id);
  }

  remove(pane: Pane): void {
    if (!(pane instanceof VolumePane)) return;
    this.panes.delete(pane);
    this.begunOn = null;
    this.raise(false);
    this.group.removeViewports(this.engine.id, pane.id);
  }

  setMouse(mouse: MouseSettings): void {
    this.mouse = mouse;
    bindMouse(this.group, null, mouse);
    // Marks are drawn and moved on the slices they belong to, and only shown here.
    setMarksReadOnly(this.group);
    this.placeCrosshairs();
  }

  /** Something is in hand that works on stacks alone: on a plane it must do nothing, and move no crosshairs either. */
  setRefusing(isRefusing: boolean): void {
    if (isRefusing === this.isRefusing) return;
    this.isRefusing = isRefusing;
    this.placeCrosshairs();
  }

  setSlab(slab: Slab): void {
    this.slab = slab;
    for (const pane of this.panes) pane.setSlab(slab);
  }

  /** The crosshairs stand once every plane has its volume. */
  onReady(): void {
    const planes = [...this.panes];
    // A reset of the crosshairs thins every plane.
    this.setSlab(this.slab);
    this.raise(planes.length > 1 && planes.every((pane) => pane.isReady));
    const slices = planes[0]?.slices ?? null;
    if (!this.areCrosshairsUp || this.begunOn === slices) return;
    this.beginAtStack(planes);
    this.begunOn = slices;
  }

  /** As the stack of the same series is looked at (its slice, the middle of its view, its window), or as before. */
  private beginAtStack(planes: VolumePane[]): void {
    const startAt = this.startAt();
    this.goTo(startAt);
    const stack = this.allPanes().find(
      ({ view, slices }) => view === "STACK" && slices === planes[0]?.slices,
    );
    if (!stack || startAt) return;
    this.goTo(middleOfView(stack));
    for (const pane of planes) pane.takeWindow(stack);
  }

  /** Every plane goes to a point; null is nowhere. */
  goTo(point: PatientMm | null): void {
    if (point) for (const pane of this.panes) pane.goToPoint(point);
  }

  /** Stacks in the same frame of reference show the slice on which the crosshairs stand. */
  private bringStacks(point: PatientMm): void {
    const frame = this.begunOn?.[0]?.frameOfReferenceUid;
    if (!frame) return;
    for (const pane of this.allPanes()) {
      if (pane.view === "STACK" && pane.slices[0]?.frameOfReferenceUid === frame) pane.goToPoint(point);
    }
  }

  get centre(): PatientMm | null {
    return this.areCrosshairsUp ? crosshairsCentre(this.group) : null;
  }

  destroy(): void {
    this.stopFollowing();
    destroyToolGroup(this.group, this.engine.id);
  }

  private raise(areUp: boolean): void {
    this.areCrosshairsUp = areUp;
    this.placeCrosshairs();
  }

  private placeCrosshairs(): void {
    const whileUp = this.isRefusing ? "FIXED" : "FREE";
    bindCrosshairs(this.group, this.areCrosshairsUp ? whileUp : "DOWN", this.mouse);
  }
}

function labelOf(data: unknown): string[] {
  const label = typeof data === "object" && data !== null && "label" in data ? data.label : null;
  return typeof label === "string" && label !== "" ? [label] : [];
}
