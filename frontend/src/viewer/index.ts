/** The viewer as the screens see it; nothing outside this folder knows Cornerstone. */

export { startCornerstone } from "./cornerstone";
export type { DicomJson } from "./dicomJson";
export type { SeriesSource } from "./GridController";
export { LookingGrid, type LookingGridProps } from "./LookingGrid";
export type { ViewerMark } from "./markLayer";
export type { ImageOverlays } from "./overlay/useOverlays";
export type { MeasuredSegment } from "./segments/measure";
export type { Painted, SegmentInputs } from "./segments/SegmentDesk";
export type { FrameUrl } from "./slices";
export type { MouseSettings } from "./toolGroup";
export type { DrawnMark } from "./toPayload";
export { ViewerGrid } from "./ViewerGrid";
export type { ViewerHandle } from "./viewerHandle";
