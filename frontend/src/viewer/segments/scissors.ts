import { getEnabledElement, type Types } from "@cornerstonejs/core";
import {
  BaseTool,
  CircleScissorsTool,
  cursors,
  drawing,
  Enums,
  RectangleScissorsTool,
  type Types as ToolTypes,
  utilities,
} from "@cornerstonejs/tools";

const { Events } = Enums;
type MouseEvent = ToolTypes.EventTypes.InteractionEventType;

/** Scissors that are in the middle of a cut can be told to drop it. */
export interface Scissors {
  drop: () => void;
}

/**
 * Let Cornerstone's scissors cut from a press to its release. By themselves they would go on after a mere click, and
 * cut out what lies between it and the next release of any button, with any tool.
 */
function cutByDrag(tool: RectangleScissorsTool | CircleScissorsTool): Scissors {
  let element: HTMLDivElement | null = null;
  const begin = tool.preMouseDownCallback;
  const end = tool._endCallback;
  const drop = () => {
    if (!element || !tool.editData) return;
    tool._deactivateDraw(element);
    cursors.elementCursor.resetElementCursor(element);
    tool.editData = null;
    tool.isDrawing = false;
    drawAnew(element);
  };
  tool.preMouseDownCallback = (event) => {
    drop();
    element = event.detail.element;
    return begin(event);
  };
  tool._endCallback = (event) => {
    if (tool.editData?.hasMoved) end(event);
    else drop();
  };
  return { drop };
}

export class RectangleCutTool extends RectangleScissorsTool implements Scissors {
  readonly drop = cutByDrag(this).drop;

  onSetToolDisabled = (): void => this.drop();
}

export class CircleCutTool extends CircleScissorsTool implements Scissors {
  readonly drop = cutByDrag(this).drop;

  onSetToolDisabled = (): void => this.drop();
}

/** A closed line drawn by hand; what to do with it is the desk's. */
export class FreehandScissorsTool extends BaseTool implements Scissors {
  static override toolName = "SegmentFreehandScissors";
  private line: Types.Point3[] = [];
  private element: HTMLDivElement | null = null;

  constructor(toolProps: ToolTypes.PublicToolProps = {}) {
    super(toolProps, { supportedInteractionTypes: ["Mouse"], configuration: { onLine: () => undefined } });
  }

  onSetToolDisabled = (): void => this.drop();

  preMouseDownCallback = (event: MouseEvent): boolean => {
    const { element, currentPoints } = event.detail;
    this.line = [currentPoints.world];
    this.element = element;
    element.addEventListener(Events.MOUSE_DRAG, this.onDrag as EventListener);
    element.addEventListener(Events.MOUSE_UP, this.onEnd as EventListener);
    element.addEventListener(Events.MOUSE_CLICK, this.onEnd as EventListener);
    return true;
  };

  private readonly onDrag = (event: MouseEvent): void => {
    this.line.push(event.detail.currentPoints.world);
    drawAnew(event.detail.element);
  };

  private readonly onEnd = (event: MouseEvent): void => {
    const { line } = this;
    this.drop();
    if (line.length > 2) this.configuration.onLine(event.detail.element, line);
  };

  drop(): void {
    const { element } = this;
    if (!element) return;
    element.removeEventListener(Events.MOUSE_DRAG, this.onDrag as EventListener);
    element.removeEventListener(Events.MOUSE_UP, this.onEnd as EventListener);
    element.removeEventListener(Events.MOUSE_CLICK, this.onEnd as EventListener);
    this.line = [];
    this.element = null;
    drawAnew(element);
  }

  renderAnnotation(enabledElement: Types.IEnabledElement, svg: ToolTypes.SVGDrawingHelper): boolean {
    const { viewport } = enabledElement;
    if (this.line.length < 2 || viewport.element !== this.element) return false;
    const points = this.line.map((point) => viewport.worldToCanvas(point));
    drawing.drawPath(svg, this.getToolName(), "line", points, {
      color: "rgb(255, 236, 92)",
      width: 1.5,
      closePath: true,
    });
    return true;
  }
}

function drawAnew(element: HTMLDivElement): void {
  const viewport = getEnabledElement(element)?.viewport;
  if (viewport) utilities.triggerAnnotationRenderForViewportIds([viewport.id]);
}
