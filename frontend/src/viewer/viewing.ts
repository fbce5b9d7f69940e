import type { Types } from "@cornerstonejs/core";
import type { PatientMm } from "@/domain/payload";
import { fitFactor } from "./fitting";
import { edgeLetters, edgeLettersOf, type ImagePlane, subtract } from "./plane";

/** What can be done with the view of any pane, a stack or a plane: nothing here knows its images. */
export type PaneViewport = Types.IStackViewport | Types.IVolumeViewport;

/** A quarter turn clockwise on the screen, whatever was flipped before. */
export function rotateRight(viewport: PaneViewport): void {
  // Cornerstone turns the camera about the line of sight, so a turn is one of the screen, mirrored or not.
  const { rotation = 0 } = viewport.getViewPresentation();
  viewport.setViewPresentation({ rotation: Math.round(rotation + 90) % 360 });
  viewport.render();
}

/** Mirror left and right, or up and down, as they are on the screen. */
export function flip(viewport: PaneViewport, axis: "horizontal" | "vertical"): void {
  const { flipHorizontal = false, flipVertical = false } = viewport.getViewPresentation();
  viewport.setCamera(
    axis === "horizontal" ? { flipHorizontal: !flipHorizontal } : { flipVertical: !flipVertical },
  );
  viewport.render();
}

/**
 * The whole image as large as the pane allows, turned as it is; returns the zoom that this took. The viewport has
 * to show the image with these corners: Cornerstone carries a zoom over to the next one.
 */
export function fitImage(viewport: PaneViewport, corners: PatientMm[]): number {
  const onCanvas = corners.map((corner) => viewport.worldToCanvas([...corner]));
  const factor = fitFactor(onCanvas, viewport.element.clientWidth, viewport.element.clientHeight);
  if (factor !== null) viewport.setZoom(viewport.getZoom() * factor);
  viewport.render();
  return viewport.getZoom();
}

/** In the middle of its pane, turned as it is, measured against the size that the pane has now. */
export function centreStack(viewport: Types.IStackViewport): void {
  const { rotation = 0, flipHorizontal, flipVertical } = viewport.getViewPresentation();
  viewport.resetCamera();
  viewport.setCamera({ flipHorizontal, flipVertical });
  viewport.setViewPresentation({ rotation });
}

/**
 * Measure zoom and pan against the size that the pane has now. `RenderingEngine.resize` leaves this out while a
 * frame is waiting to be drawn, and the next slice would then come in another size.
 */
export function remeasureStack(viewport: Types.IStackViewport): void {
  const camera = viewport.getCamera();
  viewport.resetCamera();
  viewport.setCamera(camera);
}

// Cornerstone moves nothing by less than a pixel, and what is below a thousandth of the size is rounding.
const UNMOVED_PX = 1.5;
const UNMOVED_PART = 1e-3;

/** Whether the image stands as `fitImage` left it, or as it was brought to the side of its pane after that. */
export function isUnmoved(
  viewport: PaneViewport,
  fittedZoom: number,
  fittedPan: Types.Point2 = [0, 0],
): boolean {
  const [panX, panY] = viewport.getPan();
  return (
    Math.hypot(panX - fittedPan[0], panY - fittedPan[1]) < UNMOVED_PX &&
    Math.abs(viewport.getZoom() / fittedZoom - 1) < UNMOVED_PART
  );
}

// Against the image that fills its pane: a dot that can still be found, and a single pixel as wide as a large screen.
const LEAST_ZOOM = 0.05;
const MOST_ZOOM = 4000;

/** Enlarge about a point of the plane in front of the camera, which stays where it is on the screen. */
export function zoomAbout(viewport: PaneViewport, point: Types.Point3, factor: number): void {
  const { focalPoint, position, parallelScale } = viewport.getCamera();
  if (!focalPoint || !position || !parallelScale) return;
  const zoom = viewport.getZoom();
  const grown = Math.min(Math.max(zoom * factor, LEAST_ZOOM), MOST_ZOOM) / zoom;
  const shift = subtract(point, focalPoint).map((part) => part * (1 - 1 / grown));
  const moved = ([x, y, z]: Types.Point3): Types.Point3 => [
    x + (shift[0] ?? 0),
    y + (shift[1] ?? 0),
    z + (shift[2] ?? 0),
  ];
  viewport.setCamera({
    parallelScale: parallelScale / grown,
    focalPoint: moved(focalPoint),
    position: moved(position),
  });
  viewport.render();
}

/** Move the image across the screen, by pixels. */
export function moveAcross(viewport: PaneViewport, columns: number): void {
  const { focalPoint, position } = viewport.getCamera();
  if (!focalPoint || !position) return;
  const shift = subtract(worldAt(viewport, [0, 0]), worldAt(viewport, [columns, 0]));
  const moved = (point: Types.Point3): Types.Point3 => [
    point[0] + shift[0],
    point[1] + shift[1],
    point[2] + shift[2],
  ];
  viewport.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
}

/** One pixel of the image on one of the screen; `mmPerImagePixel` and `mmPerScreenPixel` in the same unit. */
export function showOneToOne(viewport: PaneViewport, perImagePixel: number, perScreenPixel: number): void {
  const screenPixelsPerImagePixel = (perImagePixel / perScreenPixel) * window.devicePixelRatio;
  viewport.setZoom(viewport.getZoom() / screenPixelsPerImagePixel);
  viewport.render();
}

/** The letters of the four edges as the camera sees them now, after any turn and flip. */
export function lettersOnScreen(viewport: PaneViewport, plane: ImagePlane) {
  const origin = worldAt(viewport, [0, 0]);
  const row = direction(origin, worldAt(viewport, [100, 0]));
  const column = direction(origin, worldAt(viewport, [0, 100]));
  if (plane.orientation) return edgeLetters({ ...plane, orientation: { row, column } });
  // Without an orientation an image is drawn in a world whose first axis is its rows, the second its columns.
  return plane.directions ? edgeLettersOf(plane.directions, [row[0], row[1]], [column[0], column[1]]) : null;
}

/** Units of the world in one pixel of the screen. */
export function perScreenPixel(viewport: PaneViewport): number | null {
  const [x, y, z] = subtract(worldAt(viewport, [100, 0]), worldAt(viewport, [0, 0]));
  const length = Math.hypot(x, y, z) / 100;
  return Number.isFinite(length) && length > 0 ? length : null;
}

export function worldAt(viewport: PaneViewport, canvas: [number, number]): PatientMm {
  const [x, y, z] = viewport.canvasToWorld(canvas);
  return [x, y, z];
}

function direction(from: PatientMm, to: PatientMm): PatientMm {
  const [x, y, z] = subtract(to, from);
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
