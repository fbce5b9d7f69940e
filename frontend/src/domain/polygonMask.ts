import type { PixelPoint } from "./payload";

/** Voxels whose centre lies within a closed line (even-odd rule): one byte a voxel. */
export function polygonMask(line: readonly PixelPoint[], columns: number, rows: number): Uint8Array {
  const mask = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    const crossings = crossingsOf(line, row);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const from = Math.max(Math.ceil(crossings[index] ?? 0), 0);
      const to = Math.min(Math.ceil(crossings[index + 1] ?? 0), columns) - 1;
      if (to >= from) mask.fill(1, row * columns + from, row * columns + to + 1);
    }
  }
  return mask;
}

/** Where the line crosses the middle of a row, from left to right. */
function crossingsOf(line: readonly PixelPoint[], row: number): number[] {
  const crossings: number[] = [];
  line.forEach(([x, y], index) => {
    const [u, v] = line.at(index - 1) ?? [x, y];
    if (y > row !== v > row) crossings.push(u + ((row - v) / (y - v)) * (x - u));
  });
  return crossings.sort((one, other) => one - other);
}
