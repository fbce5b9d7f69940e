import { Enums } from "@cornerstonejs/core";
import { type HeatMap, paintHeat, type SamplePlane } from "@/domain/heatMap";
import type { PatientMm, PixelPoint } from "@/domain/payload";
import { usesCpu } from "../cornerstone";
import type { Pane } from "../pane";
import { isInPatient, subtract, toPatient, toPixel } from "../plane";

/** A heat map and how strongly it covers the image. */
export interface HeatOverlay {
  map: HeatMap;
  opacity: number;
}

// Screen pixels between two samples: a heat map is coarser than this, and scrolling stays smooth.
const STEP = 2;

/** The heat map over one pane, beneath its marks, cut along the plane that the pane shows. */
export class HeatLayer {
  private readonly canvas = document.createElement("canvas");
  private heat: HeatOverlay | null = null;
  private frame = 0;

  constructor(private readonly pane: Pane) {
    Object.assign(this.canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
    this.canvas.style.pointerEvents = "none";
    this.canvas.dataset.testid = "heat";
    // Right above the image: the marks are drawn in a layer that comes after it.
    pane.element.querySelector("canvas.cornerstone-canvas")?.after(this.canvas);
    pane.element.addEventListener(Enums.Events.IMAGE_RENDERED, this.repaintSoon);
  }

  show(heat: HeatOverlay | null): void {
    const isOtherMap = heat?.map !== this.heat?.map;
    this.heat = heat;
    this.canvas.style.opacity = String(heat?.opacity ?? 0);
    if (isOtherMap || !this.canvas.width) this.repaintSoon();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.pane.element.removeEventListener(Enums.Events.IMAGE_RENDERED, this.repaintSoon);
    this.canvas.remove();
  }

  private readonly repaintSoon = (): void => {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.repaint());
  };

  private repaint(): void {
    const plane = this.heat && this.heat.opacity > 0 ? this.samplePlane() : null;
    const pixels = plane && this.heat ? paintHeat(this.heat.map, plane) : null;
    this.canvas.hidden = !pixels;
    if (!plane || !pixels) return;
    // Setting a canvas's size clears it.
    this.canvas.width = plane.width;
    this.canvas.height = plane.height;
    this.canvas.getContext("2d")?.putImageData(new ImageData(pixels, plane.width, plane.height), 0, 0);
  }

  /** Where in the patient the samples lie; null where the image has no place in the patient, or in another one. */
  private samplePlane(): SamplePlane | null {
    const toMm = this.patientAt();
    const { clientWidth, clientHeight } = this.pane.element;
    const [width, height] = [Math.floor(clientWidth / STEP), Math.floor(clientHeight / STEP)];
    if (!toMm || width < 1 || height < 1) return null;
    const origin = toMm([STEP / 2, STEP / 2]);
    return {
      origin,
      right: subtract(toMm([1.5 * STEP, STEP / 2]), origin),
      down: subtract(toMm([STEP / 2, 1.5 * STEP]), origin),
      width,
      height,
    };
  }

  private patientAt(): ((screen: PixelPoint) => PatientMm) | null {
    const { slices, store, view, viewport } = this.pane;
    const frame = this.heat?.map.grid.frame_of_reference_uid;
    const { imageId } = store.get();
    const slice = view === "STACK" ? slices.find((one) => one.imageId === imageId) : slices[0];
    if (!slice || (frame && slice.frameOfReferenceUid !== frame)) return null;
    const { plane } = slice;
    if (!isInPatient(plane)) return null;
    const worldAt = ([x, y]: PixelPoint): PatientMm => {
      const [a, b, c] = viewport.canvasToWorld([x, y]);
      return [a, b, c];
    };
    if (view !== "STACK") return worldAt;
    const offset = usesCpu() ? 0.5 : 0;
    return (screen) => {
      const [column, row] = toPixel(plane, worldAt(screen));
      return toPatient(plane, [column - offset, row - offset]);
    };
  }
}
