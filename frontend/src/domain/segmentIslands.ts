import { type Counts, runsOf } from "./rle";

/** A run of voxels within one row of one slice. */
interface RowRun {
  slice: number;
  row: number;
  from: number;
  to: number;
}

/** Which islands stay: those of at least so many voxels, or the largest alone. */
export type Keep = { smallest: number } | "largest";

/**
 * A segment without its small islands. Voxels belong together that share a face (6 neighbours in space); slices are
 * neighbours when their indices are. Runs are joined, not voxels (union-find), so a large organ takes milliseconds.
 */
export function withoutIslands(
  slices: ReadonlyMap<number, Counts>,
  columns: number,
  keep: Keep,
): Map<number, number[]> {
  const runs = rowRuns(slices, columns);
  const roots = joined(runs);
  const sizes = new Map<number, number>();
  runs.forEach((run, index) => {
    const root = roots(index);
    sizes.set(root, (sizes.get(root) ?? 0) + run.to - run.from);
  });
  const isKept = keptBy(sizes, keep);
  const kept = runs.filter((_, index) => isKept(roots(index)));
  return new Map([...slices.keys()].map((slice) => [slice, countsOf(kept, slice, columns)]));
}

function keptBy(sizes: Map<number, number>, keep: Keep): (root: number) => boolean {
  if (keep !== "largest") return (root) => (sizes.get(root) ?? 0) >= keep.smallest;
  let largest = -1;
  for (const [root, size] of sizes) if (size > (sizes.get(largest) ?? 0)) largest = root;
  return (root) => root === largest;
}

function rowRuns(slices: ReadonlyMap<number, Counts>, columns: number): RowRun[] {
  const runs: RowRun[] = [];
  for (const slice of [...slices.keys()].sort((one, other) => one - other)) {
    for (const [from, to] of runsOf(slices.get(slice) ?? [])) {
      for (let row = Math.floor(from / columns); row * columns < to; row += 1) {
        const start = row * columns;
        runs.push({ slice, row, from: Math.max(from - start, 0), to: Math.min(to - start, columns) });
      }
    }
  }
  return runs;
}

/** The island of each run, by the index of one of its runs. */
function joined(runs: RowRun[]): (index: number) => number {
  const parents = runs.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] ?? at] ?? at;
      at = parents[at] ?? at;
    }
    return at;
  };
  const byRow = new Map<string, number[]>();
  runs.forEach((run, index) => {
    const neighbours = [`${run.slice}/${run.row - 1}`, `${run.slice - 1}/${run.row}`];
    for (const other of neighbours.flatMap((key) => byRow.get(key) ?? [])) {
      const candidate = runs[other];
      if (candidate && candidate.from < run.to && run.from < candidate.to) parents[root(index)] = root(other);
    }
    const key = `${run.slice}/${run.row}`;
    byRow.set(key, [...(byRow.get(key) ?? []), index]);
  });
  return root;
}

function countsOf(runs: RowRun[], slice: number, columns: number): number[] {
  const counts: number[] = [];
  let edge = 0;
  for (const run of runs) {
    if (run.slice !== slice) continue;
    const [from, to] = [run.row * columns + run.from, run.row * columns + run.to];
    // A run over the end of a row goes on in the next one.
    if (from === edge && counts.length > 0) counts[counts.length - 1] = (counts.at(-1) ?? 0) + to - from;
    else counts.push(from - edge, to - from);
    edge = to;
  }
  return counts;
}
