import type { Types } from "@cornerstonejs/core";
import type { PaneLook } from "@/domain/keptView";

/** How a stack stands in its pane; an image that fills it fills it again, however large the pane is then. */
export function viewOf(viewport: Types.IStackViewport, isFilling: boolean): PaneLook["view"] {
  const {
    rotation = 0,
    flipHorizontal = false,
    flipVertical = false,
    zoom,
    pan,
  } = viewport.getViewPresentation();
  const turned = { rotation, flipHorizontal, flipVertical };
  return isFilling || zoom === undefined || !pan ? turned : { ...turned, zoom, pan: [pan[0], pan[1]] };
}

export function setView(
  viewport: Types.IStackViewport,
  { pan, ...view }: NonNullable<PaneLook["view"]>,
): void {
  viewport.setViewPresentation({ ...view, ...(pan && { pan: [pan[0], pan[1]] }) });
}
