import {
  EllipticalROITool,
  Enums,
  LengthTool,
  PanTool,
  ProbeTool,
  RectangleROITool,
  StackScrollTool,
  ToolGroupManager,
  type Types,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";

export const TOOL_OF_KIND: Record<MarkKind, string> = {
  POINT: ProbeTool.toolName,
  LENGTH: LengthTool.toolName,
  RECTANGLE: RectangleROITool.toolName,
  ELLIPSE: EllipticalROITool.toolName,
};

const MARK_KINDS = Object.keys(TOOL_OF_KIND) as MarkKind[];

export function kindOfTool(toolName: string): MarkKind | undefined {
  return MARK_KINDS.find((kind) => TOOL_OF_KIND[kind] === toolName);
}

const { MouseBindings, KeyboardBindings } = Enums;

/** What mouse and wheel do in every mode, as in a PACS. The left button belongs to the chosen tool. */
const FIXED_BINDINGS: [string, { mouseButton: number; modifierKey?: number }[]][] = [
  [WindowLevelTool.toolName, [{ mouseButton: MouseBindings.Secondary }]],
  [PanTool.toolName, [{ mouseButton: MouseBindings.Auxiliary }]],
  [
    ZoomTool.toolName,
    [
      { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Ctrl },
      { mouseButton: MouseBindings.Wheel, modifierKey: KeyboardBindings.Ctrl },
    ],
  ],
  [StackScrollTool.toolName, [{ mouseButton: MouseBindings.Wheel }]],
];

/** Undo is ours: Cornerstone's own, on a bare "z", would change marks behind the form's back. */
const NO_ACTIONS = { undo: { method: "undo", bindings: [] }, redo: { method: "redo", bindings: [] } };

export type TextLinesOf = (kind: MarkKind, data: unknown, targetId: string | string[]) => string[];

export function makeToolGroup(id: string, textLinesOf: TextLinesOf): Types.IToolGroup {
  const group = ToolGroupManager.createToolGroup(id);
  if (!group) throw new Error(`A tool group ${id} exists already: the viewer before was not taken down.`);
  for (const [toolName, bindings] of FIXED_BINDINGS) {
    group.addTool(toolName);
    group.setToolActive(toolName, { bindings });
  }
  for (const kind of MARK_KINDS) {
    const getTextLines = (data: unknown, targetId: string | string[]) => textLinesOf(kind, data, targetId);
    group.addTool(TOOL_OF_KIND[kind], { getTextLines, actions: NO_ACTIONS });
    group.setToolPassive(TOOL_OF_KIND[kind]);
  }
  return group;
}

/** Give the left button to a marking tool, or back to plain selecting with null. */
export function chooseTool(group: Types.IToolGroup, chosen: MarkKind | null): void {
  for (const kind of MARK_KINDS) {
    if (kind === chosen) continue;
    group.setToolPassive(TOOL_OF_KIND[kind], { removeAllBindings: true });
  }
  if (chosen) {
    group.setToolActive(TOOL_OF_KIND[chosen], { bindings: [{ mouseButton: MouseBindings.Primary }] });
  }
}
