/**
 * Run lengths of one slice in reading order: voxels outside, inside, outside, inside … The first may be 0, every
 * other is at least 1, and the last run is inside, so one set of voxels has one spelling
 * (portal/imaging/segments.py says the same; both are tested with tests/shared_examples/segments).
 */
export type Counts = readonly number[];

/** The run lengths of the voxels that hold this label. */
export function encodeSlice(mask: ArrayLike<number>, label = 1): number[] {
  const counts: number[] = [];
  let isInside = false;
  let edge = 0;
  for (let index = 0; index <= mask.length; index += 1) {
    const isInsideNow = index < mask.length && mask[index] === label;
    if (isInsideNow === isInside) continue;
    counts.push(index - edge);
    edge = index;
    isInside = isInsideNow;
  }
  return counts;
}

/** Give the voxels inside a value; the others stay as they are. */
export function paintSlice(
  counts: Counts,
  mask: { fill(value: number, from: number, to: number): unknown },
  value = 1,
): void {
  for (const [from, to] of runsOf(counts)) mask.fill(value, from, to);
}

/** One byte a voxel, 1 inside. */
export function decodeSlice(counts: Counts, voxels: number): Uint8Array {
  const mask = new Uint8Array(voxels);
  paintSlice(counts, mask);
  return mask;
}

/** The runs inside, from the first voxel to the one after the last. */
export function* runsOf(counts: Counts): Generator<readonly [from: number, to: number]> {
  let at = 0;
  for (let index = 0; index + 1 < counts.length; index += 2) {
    at += counts[index] ?? 0;
    const to = at + (counts[index + 1] ?? 0);
    yield [at, to];
    at = to;
  }
}

export function voxelsInside(counts: Counts): number {
  let inside = 0;
  for (let index = 1; index < counts.length; index += 2) inside += counts[index] ?? 0;
  return inside;
}

export function sameCounts(one: Counts, other: Counts): boolean {
  return (
    one === other || (one.length === other.length && one.every((count, index) => count === other[index]))
  );
}

/** Whether a value from outside is the run lengths of a slice of so many voxels. */
export function isCounts(value: unknown, voxels: number): value is number[] {
  if (!Array.isArray(value) || value.length % 2 !== 0) return false;
  const isCount = (count: unknown, index: number) =>
    typeof count === "number" && Number.isInteger(count) && count >= (index === 0 ? 0 : 1) && count <= voxels;
  return value.every(isCount) && value.reduce((sum: number, count: number) => sum + count, 0) <= voxels;
}
