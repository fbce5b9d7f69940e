import { cache, imageLoader } from "@cornerstonejs/core";
import { Enums, segmentation } from "@cornerstonejs/tools";
import { type Counts, decodeSlice, encodeSlice, paintSlice, sameCounts } from "@/domain/rle";
import { type PaintedSlice, type Segment, type SegmentSlice, sliceKey } from "@/domain/segments";
import type { Colour } from "@/domain/segmentTools";
import type { Slice } from "../slices";

const LABELMAP = Enums.SegmentationRepresentations.Labelmap;
// One byte a voxel; Cornerstone keeps 255 for itself.
const MOST_LABELS = 254;

/** A segment as it is to be seen. */
export interface ShownSegment {
  segmentId: string;
  voxels: Segment;
  colour: Colour;
  isVisible: boolean;
}

/** The segments of one series as one Cornerstone labelmap: which label is whose, and what is painted. */
export class SegmentBoard {
  readonly segmentationId: string;
  private readonly imageIds: string[];
  private readonly labels = new Map<string, number>();
  private readonly painted = new Map<string, Map<string, Counts>>();
  private readonly indexOfKey: Map<string, number>;
  private readonly viewportIds = new Set<string>();
  private shown: ShownSegment[] = [];
  private opacity = 0.35;
  /** Segments that were drawn in two windows can overlap; only the last one shows there. */
  private hasOverlaps = false;

  constructor(readonly slices: Slice[]) {
    this.segmentationId = crypto.randomUUID();
    this.indexOfKey = new Map(slices.map((slice, index) => [sliceKey(slice), index]));
    const images = imageLoader.createAndCacheDerivedLabelmapImages(slices.map((slice) => slice.imageId));
    this.imageIds = images.map((image) => image.imageId);
    segmentation.addSegmentations([
      {
        segmentationId: this.segmentationId,
        representation: { type: LABELMAP, data: { imageIds: this.imageIds } },
      },
    ]);
  }

  /** Show it in a viewport, on top of the images. */
  addTo(viewportId: string): void {
    if (this.viewportIds.has(viewportId)) return;
    this.viewportIds.add(viewportId);
    segmentation.addLabelmapRepresentationToViewport(viewportId, [{ segmentationId: this.segmentationId }]);
    segmentation.activeSegmentation.setActiveSegmentation(viewportId, this.segmentationId);
    this.style();
  }

  removeFrom(viewportId: string): void {
    if (!this.viewportIds.delete(viewportId)) return;
    segmentation.removeLabelmapRepresentation(viewportId, this.segmentationId);
  }

  isIn(viewportId: string): boolean {
    return this.viewportIds.has(viewportId);
  }

  /** Paint what differs from what is there; strokes that were just reported are there already. */
  show(shown: ShownSegment[], opacity: number): void {
    const isLookChanged = this.opacity !== opacity;
    this.opacity = opacity;
    const changed = new Set<string>();
    for (const { segmentId, voxels } of shown) this.noteChanges(segmentId, voxels.slices, changed);
    for (const segmentId of this.painted.keys()) {
      if (!shown.some((segment) => segment.segmentId === segmentId))
        this.noteChanges(segmentId, new Map(), changed);
    }
    this.shown = shown;
    for (const key of changed) this.repaint(key);
    this.style();
    if (changed.size > 0 || isLookChanged) {
      segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(this.segmentationId);
    }
  }

  private noteChanges(
    segmentId: string,
    slices: ReadonlyMap<string, SegmentSlice>,
    changed: Set<string>,
  ): void {
    const before = this.painted.get(segmentId) ?? new Map<string, Counts>();
    const after = new Map([...slices].map(([key, slice]) => [key, slice.counts]));
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      if (!sameCounts(before.get(key) ?? [], after.get(key) ?? [])) changed.add(key);
    }
    this.painted.set(segmentId, after);
  }

  private repaint(key: string): void {
    const pixels = this.pixelsOf(key);
    if (!pixels) return;
    pixels.fill(0);
    let inside = 0;
    for (const { segmentId } of this.shown) {
      const counts = this.painted.get(segmentId)?.get(key);
      if (!counts) continue;
      paintSlice(counts, pixels, this.labelOf(segmentId));
      for (let index = 1; index < counts.length; index += 2) inside += counts[index] ?? 0;
    }
    if (!this.hasOverlaps)
      this.hasOverlaps = inside > pixels.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  }

  private pixelsOf(key: string): Uint8Array | null {
    const imageId = this.imageIds[this.indexOfKey.get(key) ?? -1];
    const image = imageId === undefined ? undefined : cache.getImage(imageId);
    return image ? (image.getPixelData() as Uint8Array) : null;
  }

  /** The label of a segment; a new one gets the next that is free. */
  private labelOf(segmentId: string): number {
    const known = this.labels.get(segmentId);
    if (known !== undefined) return known;
    const label = this.labels.size + 1;
    if (label > MOST_LABELS) throw new Error(`A series shows at most ${MOST_LABELS} segments.`);
    this.labels.set(segmentId, label);
    const segments = segmentation.state.getSegmentation(this.segmentationId)?.segments ?? {};
    const added = { segmentIndex: label, label: String(label), locked: true, active: false, cachedStats: {} };
    segmentation.updateSegmentations([
      { segmentationId: this.segmentationId, payload: { segments: { ...segments, [label]: added } } },
    ]);
    return label;
  }

  /** Tools change this segment and no other: what others have taken is locked. */
  setActive(segmentId: string, colour: Colour): void {
    const active = this.labelOf(segmentId);
    for (const label of this.labels.values()) {
      const { isSegmentIndexLocked, setSegmentIndexLocked } = segmentation.segmentLocking;
      const isLocked = label !== active;
      if (isSegmentIndexLocked(this.segmentationId, label) !== isLocked) {
        setSegmentIndexLocked(this.segmentationId, label, isLocked);
      }
    }
    segmentation.segmentIndex.setActiveSegmentIndex(this.segmentationId, active);
    this.colourLabel(active, colour);
  }

  private style(): void {
    segmentation.segmentationStyle.setStyle(
      { type: LABELMAP, segmentationId: this.segmentationId },
      {
        renderFill: this.opacity > 0,
        fillAlpha: this.opacity,
        renderOutline: true,
        outlineWidth: 2,
        outlineOpacity: 0.9,
      },
    );
    for (const { segmentId, colour, isVisible } of this.shown) {
      const label = this.labelOf(segmentId);
      this.colourLabel(label, colour);
      for (const viewportId of this.viewportIds) {
        const place = { segmentationId: this.segmentationId, type: LABELMAP };
        if (
          segmentation.config.visibility.getSegmentIndexVisibility(viewportId, place, label) !== isVisible
        ) {
          segmentation.config.visibility.setSegmentIndexVisibility(viewportId, place, label, isVisible);
        }
      }
    }
  }

  private colourLabel(label: number, [red, green, blue]: Colour): void {
    const { getSegmentIndexColor, setSegmentIndexColor } = segmentation.config.color;
    for (const viewportId of this.viewportIds) {
      const known = getSegmentIndexColor(viewportId, this.segmentationId, label);
      if (known?.[0] === red && known[1] === green && known[2] === blue) continue;
      setSegmentIndexColor(viewportId, this.segmentationId, label, [red, green, blue, 255]);
    }
  }

  /** What the tools have made of a segment on these slices, where it differs from what was painted. */
  taken(segmentId: string, indices: Iterable<number>): PaintedSlice[] {
    const label = this.labelOf(segmentId);
    const changed: PaintedSlice[] = [];
    for (const index of indices) {
      const slice = this.slices[index];
      if (!slice) continue;
      const key = sliceKey(slice);
      const before = this.painted.get(segmentId)?.get(key) ?? [];
      const counts = this.countsOf(key, label, before);
      if (!counts || sameCounts(before, counts)) continue;
      this.note(segmentId, key, counts);
      changed.push({ sopInstanceUid: slice.sopInstanceUid, frameNumber: slice.frameNumber, counts, before });
    }
    return changed;
  }

  private note(segmentId: string, key: string, counts: Counts): void {
    const painted = this.painted.get(segmentId) ?? new Map<string, Counts>();
    this.painted.set(segmentId, painted.set(key, counts));
  }

  private countsOf(key: string, label: number, before: Counts): number[] | null {
    const pixels = this.pixelsOf(key);
    if (!pixels) return null;
    if (!this.hasOverlaps || before.length === 0) return encodeSlice(pixels, label);
    // What lies under another segment cannot be seen or reached, so it stays.
    const own = decodeSlice(before, pixels.length);
    return encodeSlice(
      pixels.map((value, index) => (value === label || (value !== 0 && own[index] === 1) ? 1 : 0)),
    );
  }

  /** Add or take away voxels as a tool would: others keep theirs. Gives back what changed. */
  apply(
    segmentId: string,
    masks: ReadonlyMap<number, ArrayLike<number>>,
    isCutting: boolean,
  ): PaintedSlice[] {
    const label = this.labelOf(segmentId);
    for (const [index, mask] of masks) {
      const slice = this.slices[index];
      const pixels = slice && this.pixelsOf(sliceKey(slice));
      if (!pixels) continue;
      const [from, to] = isCutting ? [label, 0] : [0, label];
      for (let voxel = 0; voxel < pixels.length; voxel += 1) {
        if (mask[voxel] === 1 && pixels[voxel] === from) pixels[voxel] = to;
      }
    }
    segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(this.segmentationId);
    return this.taken(segmentId, masks.keys());
  }

  /** Counted in the labelmap itself, by segment. */
  get paintedVoxels(): Record<string, number> {
    const byLabel = new Map<number, number>();
    for (const imageId of this.imageIds) {
      for (const value of (cache.getImage(imageId)?.getPixelData() ?? []) as Uint8Array) {
        if (value > 0) byLabel.set(value, (byLabel.get(value) ?? 0) + 1);
      }
    }
    return Object.fromEntries([...this.labels].map(([id, label]) => [id, byLabel.get(label) ?? 0]));
  }

  indexOf(key: string): number | undefined {
    return this.indexOfKey.get(key);
  }

  destroy(): void {
    for (const viewportId of [...this.viewportIds]) this.removeFrom(viewportId);
    segmentation.removeSegmentation(this.segmentationId);
    for (const imageId of this.imageIds)
      if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId);
  }
}
