import { getEnabledElement, type Types } from "@cornerstonejs/core";
import {
  BaseTool,
  BrushTool,
  CircleScissorsTool,
  drawing,
  Enums,
  RectangleScissorsTool,
  type Types as ToolTypes,
  utilities,
} from "@cornerstonejs/tools";
import type { SegmentSettings, SegmentTool } from "@/domain/segmentTools";

const { Events } = Enums;
type MouseEvent = ToolTypes.EventTypes.InteractionEventType;

/** A click that says where to begin. */
export class SeedTool extends BaseTool {
  static override toolName = "SegmentSeed";

  constructor(toolProps: ToolTypes.PublicToolProps = {}) {
    super(toolProps, { supportedInteractionTypes: ["Mouse"], configuration: { onSeed: () => undefined } });
  }

  preMouseDownCallback = (event: MouseEvent): boolean => {
    const { element, currentPoints } = event.detail;
    this.configuration.onSeed(element, currentPoints.world);
    return true;
  };
}

/** A closed line drawn by hand; what to do with it is the desk's. */
export class FreehandScissorsTool extends BaseTool {
  static override toolName = "SegmentFreehandScissors";
  private line: Types.Point3[] = [];
  private element: HTMLDivElement | null = null;

  constructor(toolProps: ToolTypes.PublicToolProps = {}) {
    super(toolProps, { supportedInteractionTypes: ["Mouse"], configuration: { onLine: () => undefined } });
  }

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
    this.draw(event.detail.element);
  };

  private readonly onEnd = (event: MouseEvent): void => {
    const { element } = event.detail;
    element.removeEventListener(Events.MOUSE_DRAG, this.onDrag as EventListener);
    element.removeEventListener(Events.MOUSE_UP, this.onEnd as EventListener);
    element.removeEventListener(Events.MOUSE_CLICK, this.onEnd as EventListener);
    const { line } = this;
    this.line = [];
    this.element = null;
    this.draw(element);
    if (line.length > 2) this.configuration.onLine(element, line);
  };

  private draw(element: HTMLDivElement): void {
    const viewport = getEnabledElement(element)?.viewport;
    if (viewport) utilities.triggerAnnotationRenderForViewportIds([viewport.id]);
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

export const SEGMENT_TOOL_CLASSES = [
  BrushTool,
  RectangleScissorsTool,
  CircleScissorsTool,
  FreehandScissorsTool,
  SeedTool,
];

const TOOL_NAMES: Record<SegmentTool, string> = {
  BRUSH: BrushTool.toolName,
  ERASER: BrushTool.toolName,
  THRESHOLD: BrushTool.toolName,
  RECTANGLE: RectangleScissorsTool.toolName,
  CIRCLE: CircleScissorsTool.toolName,
  FREEHAND: FreehandScissorsTool.toolName,
  GROW: SeedTool.toolName,
};

interface Callbacks {
  onSeed: (element: HTMLDivElement, world: Types.Point3) => void;
  onLine: (element: HTMLDivElement, line: Types.Point3[]) => void;
}

export function addSegmentTools(group: ToolTypes.IToolGroup, callbacks: Callbacks): void {
  group.addTool(BrushTool.toolName);
  // Its own keys would take letters that mean something else here.
  const brush = group.getToolInstance(BrushTool.toolName) as BaseTool;
  brush.configuration.actions = {};
  group.addTool(RectangleScissorsTool.toolName);
  group.addTool(CircleScissorsTool.toolName);
  group.addTool(FreehandScissorsTool.toolName, { onLine: callbacks.onLine });
  group.addTool(SeedTool.toolName, { onSeed: callbacks.onSeed });
}

type Bindings = { mouseButton: number; modifierKey?: number }[];

/** Give the chosen tool the mouse, and take it from the others. */
export function bindSegmentTool(
  group: ToolTypes.IToolGroup,
  tool: SegmentTool | null,
  settings: SegmentSettings,
  bindings: Bindings,
): void {
  for (const { toolName } of SEGMENT_TOOL_CLASSES) {
    if (tool === null || TOOL_NAMES[tool] !== toolName) group.setToolDisabled(toolName);
  }
  if (tool === null) return;
  const { range, radius_mm, isCutting } = settings;
  const verb = isCutting ? "ERASE_INSIDE" : "FILL_INSIDE";
  const strategies: Partial<Record<SegmentTool, string>> = {
    BRUSH: "FILL_INSIDE_CIRCLE",
    ERASER: "ERASE_INSIDE_CIRCLE",
    THRESHOLD: "THRESHOLD_INSIDE_CIRCLE",
    RECTANGLE: verb,
    CIRCLE: verb,
  };
  const strategy = strategies[tool];
  if (strategy) group.setActiveStrategy(TOOL_NAMES[tool], strategy);
  group.setToolActive(TOOL_NAMES[tool], { bindings });
  if (TOOL_NAMES[tool] !== BrushTool.toolName) return;
  const { setBrushSizeForToolGroup, setBrushThresholdForToolGroup } = utilities.segmentation;
  setBrushSizeForToolGroup(group.id, radius_mm);
  // Not through setToolConfiguration: it merges arrays, and a bound that occurs in the old range would be lost.
  setBrushThresholdForToolGroup(group.id, {
    range: [range.lowest, range.highest],
    isDynamic: false,
    dynamicRadius: 0,
  });
}
