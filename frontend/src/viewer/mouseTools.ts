import {
  BaseVolumeViewport,
  type Types as CoreTypes,
  utilities as coreUtilities,
  getEnabledElement,
} from "@cornerstonejs/core";
import { BaseTool, StackScrollTool, type Types, ZoomTool } from "@cornerstonejs/tools";
import { WheelNotches, zoomOfWheel } from "@/domain/wheel";
import { isCountedBackwards } from "./planeScroll";
import { type PaneViewport, zoomAbout } from "./viewing";

/** Cornerstone's scrolling, by how far the wheel was turned and not by how many events the browser makes of it. */
export class SliceScrollTool extends StackScrollTool {
  static override toolName = "SliceScroll";
  private readonly notches = new WheelNotches();

  override mouseWheelCallback(event: Types.EventTypes.MouseWheelEventType): void {
    const { element, event: turn } = event.detail;
    const viewport = getEnabledElement(element)?.viewport;
    const steps = this.notches.add(turn as WheelEvent);
    if (!viewport || steps === 0) return;
    const { invert, loop, debounceIfNotLoaded } = this.configuration;
    coreUtilities.scroll(viewport as CoreTypes.IViewport, {
      delta: invert === isCountedBackwards(viewport) ? steps : -steps,
      loop,
      debounceLoading: debounceIfNotLoaded,
      ...(viewport instanceof BaseVolumeViewport && { volumeId: viewport.getVolumeId() }),
    });
  }

  override _scrollDrag(event: Types.EventTypes.InteractionEventType): void {
    const viewport = getEnabledElement(event.detail.element)?.viewport;
    super._scrollDrag(viewport && isCountedBackwards(viewport) ? upsideDown(event) : event);
  }
}

/** The same drag as if it went up where it went down. */
function upsideDown(event: Types.EventTypes.InteractionEventType): Types.EventTypes.InteractionEventType {
  const { deltaPoints } = event.detail;
  const [x, y] = deltaPoints.canvas;
  return { ...event, detail: { ...event.detail, deltaPoints: { ...deltaPoints, canvas: [x, -y] } } };
}

/** Cornerstone's zoom by dragging; the wheel zooms about the pointer, by how far it was turned. */
export class DistanceZoomTool extends ZoomTool {
  static override toolName = "DistanceZoom";

  override mouseWheelCallback(event: Types.EventTypes.MouseWheelEventType): void {
    const { element, event: turn, points } = event.detail;
    const viewport = getEnabledElement(element)?.viewport;
    if (viewport) zoomAbout(viewport as PaneViewport, points.world, zoomOfWheel(turn as WheelEvent));
  }
}

/** Has the gestures that do nothing, so that no mark takes them. */
export class RestTool extends BaseTool {
  static override toolName = "Rest";

  constructor(toolProps: Types.PublicToolProps = {}) {
    super(toolProps, { supportedInteractionTypes: ["Mouse"] });
  }

  /** Cornerstone asks every tool that has the wheel. */
  mouseWheelCallback(): void {}
}
