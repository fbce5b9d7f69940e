/** What region growing asks of the images: the values of a slice, loaded when they are needed. */
export interface GreyVolume {
  columns: number;
  rows: number;
  count: number;
  valuesOf: (slice: number) => Promise<ArrayLike<number>>;
}

export interface GrowthRule {
  lowest: number;
  highest: number;
  /** Beyond this it has most likely run out into the surroundings. */
  mostVoxels: number;
}

export interface Growth {
  /** One byte a voxel for each slice that it reached. */
  masks: Map<number, Uint8Array>;
  voxels: number;
  /** It would have gone on. */
  isCutOff: boolean;
}

/** How long it works before the page may draw and hear of a click. */
const TURN_MS = 12;

/**
 * Everything connected to the seed through voxels within the range: faces only, 6 neighbours in space. The page stays
 * responsive, for it works in short turns; `isStopped` is asked between them.
 */
export async function grownRegion(
  volume: GreyVolume,
  seed: { column: number; row: number; slice: number },
  rule: GrowthRule,
  isStopped: () => boolean = () => false,
): Promise<Growth | null> {
  const growth: Growth = { masks: new Map(), voxels: 0, isCutOff: false };
  // Slice by slice: a slice is filled as far as it goes, then its neighbours are asked where they touch it.
  const waiting = new Map<number, number[]>([[seed.slice, [seed.row * volume.columns + seed.column]]]);
  let turnStart = performance.now();
  for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
    const [slice, starts] = next.value;
    waiting.delete(slice);
    const values = await volume.valuesOf(slice);
    const reached = filled(values, starts, growth, slice, volume, rule);
    if (growth.isCutOff) return growth;
    spread(reached, slice, growth, volume.count, waiting);
    if (performance.now() - turnStart > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      turnStart = performance.now();
    }
    if (isStopped()) return null;
  }
  return growth;
}

/** Ask the neighbouring slices where this one was newly reached. */
function spread(
  reached: number[],
  slice: number,
  growth: Growth,
  count: number,
  waiting: Map<number, number[]>,
): void {
  for (const other of [slice - 1, slice + 1]) {
    if (other < 0 || other >= count) continue;
    const before = growth.masks.get(other);
    const open = before ? reached.filter((index) => before[index] === 0) : reached;
    if (open.length > 0) waiting.set(other, (waiting.get(other) ?? []).concat(open));
  }
}

/** Fill within one slice from these voxels; the voxels that were new. */
function filled(
  values: ArrayLike<number>,
  starts: number[],
  growth: Growth,
  slice: number,
  { columns, rows }: GreyVolume,
  rule: GrowthRule,
): number[] {
  const mask = growth.masks.get(slice) ?? new Uint8Array(columns * rows);
  const reached: number[] = [];
  const take = (index: number) => {
    const value = values[index] ?? Number.NaN;
    if (mask[index] !== 0 || !(value >= rule.lowest && value <= rule.highest)) return;
    mask[index] = 1;
    reached.push(index);
  };
  starts.forEach(take);
  // `reached` grows while it is walked through.
  for (let at = 0; at < reached.length; at += 1) {
    const index = reached[at] ?? 0;
    const column = index % columns;
    if (column > 0) take(index - 1);
    if (column < columns - 1) take(index + 1);
    if (index >= columns) take(index - columns);
    if (index < columns * (rows - 1)) take(index + columns);
    if (growth.voxels + reached.length > rule.mostVoxels) {
      growth.isCutOff = true;
      break;
    }
  }
  growth.voxels += reached.length;
  if (reached.length > 0) growth.masks.set(slice, mask);
  return reached;
}
