import { type HeatMap, paintHeat } from "@/domain/heatMap";
import type { PatientMm, PixelPoint } from "@/domain/payload";
import { usesCpu } from "../cornerstone";
import type { Pane } from "../pane";
import { isInPatient, toPatient, toPixel } from "../plane";
import { heatRefusal, imageOn } from "./heatNote";
import { OverlayCanvas, type Picture } from "./OverlayCanvas";

/** A heat map and how strongly it covers the image. */
export interface HeatOverlay {
  map: HeatMap;
  /** The series of the imaging study that it is about. */
  seriesInstanceUids: readonly string[];
  opacity: number;
}

// Screen pixels between two samples: a heat map is coarser than this, and scrolling stays smooth.
const STEP = 2;

/** The heat map over one pane, cut along the plane that the pane shows. */
export class HeatLayer extends OverlayCanvas {
  private heat: HeatOverlay | null = null;

  constructor(pane: Pane) {
    super(pane, "heat");
  }

  show(heat: HeatOverlay | null): void {
    const isOtherMap = heat?.map !== this.heat?.map;
    // While it was off nothing was painted, whatever the reader scrolled to meanwhile.
    const wasOff = this.canvas.hidden || !this.canvas.width || (this.heat?.opacity ?? 0) === 0;
    this.heat = heat;
    this.canvas.style.opacity = String(heat?.opacity ?? 0);
    if (isOtherMap || wasOff) this.repaintSoon();
  }

  protected picture(): Picture | null {
    if (!this.heat || this.heat.opacity === 0) return null;
    const toMm = this.patientAt(this.heat.map);
    const plane = toMm && this.rasterBy(toMm, STEP);
    const pixels = plane && paintHeat(this.heat.map, plane);
    return pixels && { width: plane.width, height: plane.height, pixels };
  }

  /** Null where the image has no place in the patient, or in another one. */
  private patientAt(map: HeatMap): ((screen: PixelPoint) => PatientMm) | null {
    const image = imageOn(this.pane);
    if (!image || heatRefusal(map.grid, image) !== null) return null;
    const { plane } = image;
    if (!isInPatient(plane)) return null;
    if (this.pane.view !== "STACK") return this.worldAt;
    const offset = usesCpu() ? 0.5 : 0;
    return (screen) => {
      const [column, row] = toPixel(plane, this.worldAt(screen));
      return toPatient(plane, [column - offset, row - offset]);
    };
  }
}
