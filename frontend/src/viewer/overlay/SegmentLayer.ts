import type { PatientMm, PixelPoint } from "@/domain/payload";
import { paintSegments, type SegmentOverlay } from "@/domain/segmentOverlay";
import { sliceKey } from "@/domain/segments";
import { usesCpu } from "../cornerstone";
import type { Pane } from "../pane";
import { drawnPlane, toPixel } from "../plane";
import type { Slice } from "../slices";
import { type Volume, volumeGeometry, voxelIn } from "../volumeGeometry";
import { imageOn } from "./heatNote";
import { OverlayCanvas, type Picture } from "./OverlayCanvas";

// An edge of two pixels has to be two pixels.
const STEP = 1;

/** Places in columns, rows and slices, and which frame each slice is. */
interface VoxelGrid {
  at: (screen: PixelPoint) => PatientMm;
  keys: readonly string[];
}

/**
 * Segments over one pane that no tool changes: the AI's, and on reformats also the reader's own. They are cut along
 * the plane that the pane shows, so that a reformat has no second copy of the voxels that could be behind.
 */
export class SegmentLayer extends OverlayCanvas {
  private shown: readonly SegmentOverlay[] = [];

  constructor(pane: Pane) {
    super(pane, "segments");
  }

  show(shown: readonly SegmentOverlay[]): void {
    this.shown = shown;
    this.repaintSoon();
  }

  protected picture(): Picture | null {
    const series = this.pane.slices[0]?.seriesInstanceUid;
    const own = this.shown.filter(({ voxels }) => voxels.seriesInstanceUid === series);
    const grid = own.length > 0 ? this.grid() : null;
    const raster = grid && this.rasterBy(grid.at, STEP);
    const pixels = raster && paintSegments(own, { ...raster, keys: grid.keys });
    return pixels && { width: raster.width, height: raster.height, pixels };
  }

  private grid(): VoxelGrid | null {
    const { slices, view } = this.pane;
    const slice = imageOn(this.pane);
    if (!slice) return null;
    if (view !== "STACK") {
      const volume = volumeOf(slices);
      return volume && { at: (screen) => voxelIn(volume, this.worldAt(screen)), keys: keysOf(volume) };
    }
    const plane = drawnPlane(slice.plane);
    const offset = usesCpu() ? 0.5 : 0;
    const at = (screen: PixelPoint): PatientMm => {
      const [column, row] = toPixel(plane, this.worldAt(screen));
      return [column - offset, row - offset, 0];
    };
    return { at, keys: [sliceKey(slice)] };
  }
}

// The slices of an opened series never change.
const volumes = new WeakMap<Slice[], Volume | null>();
const keys = new WeakMap<Volume, readonly string[]>();

function volumeOf(slices: Slice[]): Volume | null {
  const known = volumes.get(slices);
  if (known !== undefined) return known;
  const geometry = volumeGeometry(slices);
  const volume = geometry.isVolume ? geometry : null;
  volumes.set(slices, volume);
  return volume;
}

function keysOf(volume: Volume): readonly string[] {
  const known = keys.get(volume) ?? volume.slices.map(sliceKey);
  keys.set(volume, known);
  return known;
}
