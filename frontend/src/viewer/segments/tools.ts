import type { Types } from "@cornerstonejs/core";
import { BaseTool, BrushTool, type Types as ToolTypes, utilities } from "@cornerstonejs/tools";
import type { SegmentSettings, SegmentTool } from "@/domain/segmentTools";
import { CircleCutTool, FreehandScissorsTool, RectangleCutTool, type Scissors } from "./scissors";

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

const SCISSORS = [RectangleCutTool, CircleCutTool, FreehandScissorsTool];
export const SEGMENT_TOOL_CLASSES = [BrushTool, ...SCISSORS, SeedTool];

const TOOL_NAMES: Record<SegmentTool, string> = {
  BRUSH: BrushTool.toolName,
  ERASER: BrushTool.toolName,
  THRESHOLD: BrushTool.toolName,
  RECTANGLE: RectangleCutTool.toolName,
  CIRCLE: CircleCutTool.toolName,
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
  group.addTool(RectangleCutTool.toolName);
  group.addTool(CircleCutTool.toolName);
  group.addTool(FreehandScissorsTool.toolName, { onLine: callbacks.onLine });
  group.addTool(SeedTool.toolName, { onSeed: callbacks.onSeed });
}

/** Drop what scissors have begun and not finished. */
export function dropHalfCut(group: ToolTypes.IToolGroup): void {
  for (const { toolName } of SCISSORS) (group.getToolInstance(toolName) as Scissors | undefined)?.drop();
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
