import {
  AngleTool,
  ArrowAnnotateTool,
  BidirectionalTool,
  CircleROITool,
  CobbAngleTool,
  EllipticalROITool,
  LivewireContourTool,
  PlanarFreehandROITool,
  ProbeTool,
  RectangleROITool,
  SplineROITool,
} from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { MARK_KINDS } from "@/domain/markKinds";
import { TickedLengthTool } from "./TickedLengthTool";

/** A point and a probe are the same tool to Cornerstone; two names keep them apart. */
class PointTool extends ProbeTool {
  static override toolName = "Point";
}

/** One slice of a 3D box; the box itself lives in the payload. */
class BoxTool extends RectangleROITool {
  static override toolName = "Box";
}

/** Undo is ours: Cornerstone's own, on a bare "z", would change marks behind the form's back. */
const NO_ACTIONS = { undo: { method: "undo", bindings: [] }, redo: { method: "redo", bindings: [] } };

// Cornerstone drops an arrow without text and asks for it with a modal prompt; ours is written in the list.
const UNTITLED = "…";
const ARROW = {
  getTextCallback: (done: (text: string) => void) => done(UNTITLED),
  changeTextCallback: () => undefined,
  arrowFirst: true,
};

/** The sizes and values beside a mark are our own, so Cornerstone need not compute any. */
const CONTOUR = { calculateStats: false };

interface MarkTool {
  tool: typeof ProbeTool | typeof TickedLengthTool | typeof SplineROITool;
  configuration?: Record<string, unknown>;
}

const MARK_TOOLS = {
  POINT: { tool: PointTool },
  PROBE: { tool: ProbeTool },
  LENGTH: { tool: TickedLengthTool },
  BIDIRECTIONAL: { tool: BidirectionalTool },
  ANGLE: { tool: AngleTool },
  COBB: { tool: CobbAngleTool },
  ARROW: { tool: ArrowAnnotateTool, configuration: ARROW },
  RECTANGLE: { tool: RectangleROITool },
  ELLIPSE: { tool: EllipticalROITool },
  CIRCLE: { tool: CircleROITool },
  FREEHAND: { tool: PlanarFreehandROITool, configuration: { allowOpenContours: false } },
  LIVEWIRE: { tool: LivewireContourTool, configuration: CONTOUR },
  SPLINE: { tool: SplineROITool, configuration: CONTOUR },
  BOX: { tool: BoxTool },
} as unknown as Record<MarkKind, MarkTool>;

export const MARK_TOOL_CLASSES = MARK_KINDS.map((kind) => MARK_TOOLS[kind].tool);

export function toolOfKind(kind: MarkKind): string {
  return MARK_TOOLS[kind].tool.toolName;
}

export function kindOfTool(toolName: string): MarkKind | undefined {
  return MARK_KINDS.find((kind) => toolOfKind(kind) === toolName);
}

export function configurationOf(kind: MarkKind): Record<string, unknown> {
  return { actions: NO_ACTIONS, ...MARK_TOOLS[kind].configuration };
}
