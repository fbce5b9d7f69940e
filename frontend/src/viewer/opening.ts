import type { Types } from "@cornerstonejs/core";
import type { Opening } from "@/domain/grid";
import { startIndex } from "@/domain/start";
import type { Slice } from "./slices";
import type { VoiFunction } from "./voi";
import { rangeOfWindow } from "./window";

/** The slice on which a hanging protocol lets a series begin. */
export function firstIndex(opening: Opening | undefined, slices: Slice[]): number {
  if (!opening) return 0;
  const chosen = slices.findIndex(({ sopInstanceUid }) => sopInstanceUid === opening.sopInstanceUid);
  return chosen >= 0 && opening.start.at === "FIRST" ? chosen : startIndex(opening.start, slices.length);
}

/** The window and the side on which a hanging protocol lets a stack begin. */
export function applyOpening(
  viewport: Types.IStackViewport,
  opening: Opening | undefined,
  windowFunction: VoiFunction,
): void {
  if (!opening) return;
  if (opening.window) viewport.setProperties({ voiRange: rangeOfWindow(opening.window, windowFunction) });
  if (opening.isFlipped) viewport.setCamera({ flipHorizontal: true });
  viewport.render();
}
