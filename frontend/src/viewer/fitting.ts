import type { ChestWall } from "@/domain/grid";

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

/** How far an image has to go along the screen until its chest wall meets the border of its pane. */
export function shiftToChestWall(corners: CanvasPoint[], width: number, side: ChestWall): number {
  const columns = corners.map(([x = Number.NaN]) => x);
  return side === "LEFT" ? -Math.min(...columns) : width - Math.max(...columns);
}

/** Where the chest wall lies after the reader's own turns and flips; null where it lies above or below. */
export function chestWallNow(
  hung: { chestWall: ChestWall; isFlipped: boolean },
  { rotation = 0, flipHorizontal = false }: { rotation?: number; flipHorizontal?: boolean },
): ChestWall | null {
  const turned = ((Math.round(rotation) % 360) + 360) % 360;
  if (turned % 180 !== 0) return null;
  const isOtherSide = (flipHorizontal !== hung.isFlipped) !== (turned === 180);
  if (!isOtherSide) return hung.chestWall;
  return hung.chestWall === "LEFT" ? "RIGHT" : "LEFT";
}
