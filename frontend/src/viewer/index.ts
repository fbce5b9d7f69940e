/** The viewer as the screens see it; nothing outside this folder knows Cornerstone. */
export type { DicomJson } from "./dicomJson";
export type { ViewerMark } from "./markLayer";
export { StackViewer, type ViewerHandle } from "./StackViewer";
export type { FrameUrl } from "./slices";
export type { MouseSettings } from "./toolGroup";
export type { DrawnMark } from "./toPayload";
