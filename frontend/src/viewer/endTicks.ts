type ScreenPoint = [number, number];

// To either side of the line, in pixels of the screen: seen, and too short to be taken for a second axis.
const REACH_PX = 5;

/** The ticks across both ends of a line on the screen; none for a line without a direction. */
export function endTicks(from: ScreenPoint, to: ScreenPoint): [ScreenPoint, ScreenPoint][] {
  const [across, down] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(across, down);
  if (length === 0) return [];
  const [x, y] = [(-down / length) * REACH_PX, (across / length) * REACH_PX];
  return [from, to].map(([column, row]) => [
    [column - x, row - y],
    [column + x, row + y],
  ]);
}
