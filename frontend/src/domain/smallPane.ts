// Two by two on a screen of 1280 x 800 is small, on one of 1920 x 1080 it is not.
const SMALL_WIDTH_PX = 520;
const SMALL_HEIGHT_PX = 400;

/** Whether the words beside marks would cover too much of a pane: then only the mark in hand has all of them. */
export function isSmallPane(width_px: number, height_px: number): boolean {
  return width_px < SMALL_WIDTH_PX || height_px < SMALL_HEIGHT_PX;
}
