type CanvasPoint = readonly [x: number, y: number] | readonly number[];

/** How many times larger an image may be to just fill the pane; null when it has no size yet. */
export function fitFactor(corners: CanvasPoint[], width: number, height: number): number | null {
  const columns = corners.map(([x = Number.NaN]) => x);
  const rows = corners.map((corner) => corner[1] ?? Number.NaN);
  const across = Math.max(...columns) - Math.min(...columns);
  const down = Math.max(...rows) - Math.min(...rows);
  const factor = Math.min(width / across, height / down);
  return Number.isFinite(factor) && factor > 0 ? factor : null;
}
