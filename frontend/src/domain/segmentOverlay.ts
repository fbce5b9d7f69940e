import { type Counts, runsOf } from "./rle";
import type { Segment } from "./segments";
import type { Colour } from "./segmentTools";

/** Voxels and how they look over an image. */
export interface SegmentOverlay {
  voxels: Segment;
  colour: Colour;
  /** Of the area and of its edge, 0 to 1. */
  fill: number;
  line: number;
  /** What is not the reader's own is hatched, with a broken edge: its colour alone would not tell it apart. */
  isForeign: boolean;
}

type Voxel = readonly [column: number, row: number, slice: number];

/** A raster over the images in columns, rows and slices: the first sample, and the steps right and down. */
export interface VoxelRaster {
  origin: Voxel;
  right: Voxel;
  down: Voxel;
  width: number;
  height: number;
  /** Which frame each slice is; see `sliceKey`. */
  keys: readonly string[];
}

const DARK: Colour = [20, 20, 20];
const EDGE_PIXELS = 2;
const [HATCH, HATCH_STRIPE, DASH] = [7, 3, 4];

/** The segments over an image as RGBA, the later ones on top; null where the raster meets none. */
export function paintSegments(
  overlays: readonly SegmentOverlay[],
  raster: VoxelRaster,
): Uint8ClampedArray<ArrayBuffer> | null {
  let pixels: Uint8ClampedArray<ArrayBuffer> | null = null;
  for (const overlay of overlays) {
    const mask = sampledMask(overlay.voxels, raster);
    if (!mask) continue;
    pixels ??= new Uint8ClampedArray(4 * raster.width * raster.height);
    paintMask(mask, overlay, raster.width, pixels);
  }
  return pixels;
}

/** One byte a sample, 1 where it lies in a voxel of the segment. */
export function sampledMask(segment: Segment, raster: VoxelRaster): Uint8Array | null {
  const slices = raster.keys.map((key) => {
    const counts = segment.slices.get(key)?.counts;
    return counts && indexedRuns(counts, segment.columns);
  });
  const box = boxAround(slices);
  if (!box) return null;
  const { width, height } = raster;
  const mask = new Uint8Array(width * height);
  let isEmpty = true;
  for (let y = 0; y < height; y += 1) {
    const [from, to] = spanWithin(box, raster, y);
    for (let x = from; x < to; x += 1) {
      const [column, row, slice] = voxelAt(raster, x, y);
      // Beside the image a position in reading order would be one of the next row.
      if (column < 0 || column >= segment.columns || row < 0 || row >= segment.rows) continue;
      const runs = slices[slice];
      if (!runs || !isInside(runs, row * segment.columns + column)) continue;
      mask[y * width + x] = 1;
      isEmpty = false;
    }
  }
  return isEmpty ? null : mask;
}

function voxelAt({ origin, right, down }: VoxelRaster, x: number, y: number): Voxel {
  const at = (axis: 0 | 1 | 2) => Math.round(origin[axis] + x * right[axis] + y * down[axis]);
  return [at(0), at(1), at(2)];
}

type Range = readonly [lowest: number, highest: number];
type Box = readonly [columns: Range, rows: Range, slices: Range];

/** The runs of a slice from which a voxel is found by halving, and the columns and rows between which they lie. */
interface Runs {
  starts: number[];
  ends: number[];
  columns: Range;
  rows: Range;
}

// Counts never change, and the same ones are painted again for every image that is drawn.
const indexed = new WeakMap<Counts, Runs>();

function indexedRuns(counts: Counts, columns: number): Runs {
  const known = indexed.get(counts);
  if (known) return known;
  const starts: number[] = [];
  const ends: number[] = [];
  let [left, right] = [columns, -1];
  for (const [from, to] of runsOf(counts)) {
    starts.push(from);
    ends.push(to);
    const isInOneRow = Math.floor(from / columns) === Math.floor((to - 1) / columns);
    left = Math.min(left, isInOneRow ? from % columns : 0);
    right = Math.max(right, isInOneRow ? (to - 1) % columns : columns - 1);
  }
  const rowOf = (position: number) => Math.floor(position / columns);
  const runs: Runs = {
    starts,
    ends,
    columns: [left, right],
    rows: [rowOf(starts[0] ?? 0), rowOf((ends.at(-1) ?? 1) - 1)],
  };
  indexed.set(counts, runs);
  return runs;
}

function isInside({ starts, ends }: Runs, position: number): boolean {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low > 0 && position < (ends[low - 1] ?? 0);
}

function boxAround(slices: readonly (Runs | undefined)[]): Box | null {
  let box: Box | null = null;
  slices.forEach((runs, slice) => {
    if (!runs || runs.starts.length === 0) return;
    box = box
      ? [around(box[0], runs.columns), around(box[1], runs.rows), [box[2][0], slice]]
      : [runs.columns, runs.rows, [slice, slice]];
  });
  return box;
}

function around(one: Range, other: Range): Range {
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

/** The samples of a line of the raster that can lie in the box: from the first to the one after the last. */
function spanWithin(box: Box, { origin, right, down, width }: VoxelRaster, y: number): [number, number] {
  let [from, to] = [0, width - 1];
  for (const axis of [0, 1, 2] as const) {
    const [lowest, highest] = [box[axis][0] - 0.5, box[axis][1] + 0.5];
    const start = origin[axis] + y * down[axis];
    const step = right[axis];
    if (Math.abs(step) < 1e-9) {
      if (start < lowest - 1e-6 || start > highest + 1e-6) return [0, 0];
      continue;
    }
    const ends = [(lowest - start) / step, (highest - start) / step];
    from = Math.max(from, Math.floor(Math.min(...ends)));
    to = Math.min(to, Math.ceil(Math.max(...ends)));
  }
  return [from, to + 1];
}

function paintMask(
  mask: Uint8Array,
  overlay: SegmentOverlay,
  width: number,
  pixels: Uint8ClampedArray<ArrayBuffer>,
): void {
  const height = mask.length / width;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      if (mask[at] !== 1) continue;
      const isEdge = isAtEdge(mask, x, y, width, height);
      const [colour, alpha] = isEdge ? edgeOf(overlay, x, y) : areaOf(overlay, x, y);
      blend(pixels, 4 * at, colour, alpha);
    }
  }
}

/** Whether the area ends within the width of its edge; at the border of the picture it goes on unseen. */
function isAtEdge(mask: Uint8Array, x: number, y: number, width: number, height: number): boolean {
  for (let step = 1; step <= EDGE_PIXELS; step += 1) {
    if (x >= step && mask[y * width + x - step] !== 1) return true;
    if (x + step < width && mask[y * width + x + step] !== 1) return true;
    if (y >= step && mask[(y - step) * width + x] !== 1) return true;
    if (y + step < height && mask[(y + step) * width + x] !== 1) return true;
  }
  return false;
}

function edgeOf({ colour, line, isForeign }: SegmentOverlay, x: number, y: number): [Colour, number] {
  const isGap = isForeign && (Math.floor(x / DASH) + Math.floor(y / DASH)) % 2 === 1;
  return [isGap ? DARK : colour, line];
}

function areaOf({ colour, fill, isForeign }: SegmentOverlay, x: number, y: number): [Colour, number] {
  if (!isForeign) return [colour, fill];
  return [colour, (x + y) % HATCH < HATCH_STRIPE ? Math.min(1, 1.6 * fill) : 0.6 * fill];
}

/** A colour over what is there already (Porter and Duff 1984, over). */
function blend(pixels: Uint8ClampedArray<ArrayBuffer>, at: number, colour: Colour, alpha: number): void {
  const below = ((pixels[at + 3] ?? 0) / 255) * (1 - alpha);
  const whole = alpha + below;
  if (whole === 0) return;
  for (const channel of [0, 1, 2] as const) {
    pixels[at + channel] = (colour[channel] * alpha + (pixels[at + channel] ?? 0) * below) / whole;
  }
  pixels[at + 3] = 255 * whole;
}
