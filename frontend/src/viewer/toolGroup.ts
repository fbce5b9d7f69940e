import type { Types as CoreTypes } from "@cornerstonejs/core";
import {
  type BaseTool,
  Enums,
  PanTool,
  ToolGroupManager,
  type Types,
  WindowLevelTool,
} from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { MARK_KINDS } from "@/domain/markKinds";
import { GESTURES, type MouseAction, type MouseMap, mouseMapOf } from "@/domain/mouse";
import { configurationOf, toolOfKind } from "./markTools";
import { DistanceZoomTool, RestTool, SliceScrollTool } from "./mouseTools";
import { placeWords, type WordyTool } from "./placedWords";

const { MouseBindings, KeyboardBindings } = Enums;

const TOOL_OF_ACTION: Record<Exclude<MouseAction, "tool">, string> = {
  window: WindowLevelTool.toolName,
  pan: PanTool.toolName,
  zoom: DistanceZoomTool.toolName,
  scroll: SliceScrollTool.toolName,
  none: RestTool.toolName,
};
const BUTTON_NUMBER = {
  left: MouseBindings.Primary,
  middle: MouseBindings.Auxiliary,
  right: MouseBindings.Secondary,
  wheel: MouseBindings.Wheel,
};
const MODIFIER_KEY: Record<string, number> = {
  "Shift+": KeyboardBindings.Shift,
  "Ctrl+": KeyboardBindings.Ctrl,
  "Ctrl+Shift+": KeyboardBindings.ShiftCtrl,
};

/** What the mouse does besides: the person's own choice of buttons, and the direction of the wheel. */
export interface MouseSettings {
  map: MouseMap;
  isWheelReversed: boolean;
}

export const DEFAULT_MOUSE: MouseSettings = { map: mouseMapOf({}), isWheelReversed: false };

/** The words beside a mark, in the pane with this id. */
export type TextLinesOf = (
  kind: MarkKind,
  data: unknown,
  targetId: string | string[],
  paneId: string,
) => string[];

export function makeToolGroup(id: string, textLinesOf: TextLinesOf): Types.IToolGroup {
  const group = ToolGroupManager.createToolGroup(id);
  if (!group) throw new Error(`A tool group ${id} exists already: the viewer before was not taken down.`);
  for (const toolName of Object.values(TOOL_OF_ACTION)) {
    group.addTool(toolName);
    keepOffMarks(group, toolName);
  }
  const drawn = { paneId: "" };
  for (const kind of MARK_KINDS) {
    const getTextLines = (data: unknown, targetId: string | string[]) =>
      textLinesOf(kind, data, targetId, drawn.paneId);
    group.addTool(toolOfKind(kind), { getTextLines, ...configurationOf(kind) });
    group.setToolPassive(toolOfKind(kind));
    const tool = group.getToolInstance(toolOfKind(kind)) as PressedTool;
    drawOverMarks(tool);
    placeWords(kind, tool as WordyTool);
    notePane(tool, drawn);
    if (SUMMING_KINDS.includes(kind)) withoutStatistics(tool);
  }
  bindMouse(group, null, DEFAULT_MOUSE);
  return group;
}

/** Cornerstone asks for the words beside a mark without saying in which pane they will stand. */
function notePane(tool: PressedTool, drawn: { paneId: string }): void {
  const render = tool.renderAnnotation;
  tool.renderAnnotation = (enabledElement, svg) => {
    drawn.paneId = enabledElement.viewport.id;
    return render?.call(tool, enabledElement, svg) ?? false;
  };
}

const MOUSE_OF = new WeakMap<Types.IToolGroup, MouseSettings>();

type PressedTool = BaseTool & {
  renderAnnotation?: (element: CoreTypes.IEnabledElement, svg: Types.SVGDrawingHelper) => boolean;
  preMouseDownCallback?: (event: Types.EventTypes.InteractionEventType) => boolean;
};

/**
 * A button that looks takes hold of no mark and of no crosshairs, also where the press begins on one: Cornerstone
 * offers them every press. The buttons that draw do, with whatever key: that is how points of a spline come and go.
 */
function keepOffMarks(group: Types.IToolGroup, toolName: string): void {
  const tool = group.getToolInstance(toolName) as PressedTool;
  const begin = tool.preMouseDownCallback;
  tool.preMouseDownCallback = (event) => {
    const isTaken = begin?.call(tool, event) ?? false;
    // Zooming a stack by the wheel comes by here as well, and that is no press.
    const press = event.detail.event as MouseEvent | undefined;
    return isTaken || !press || !draws(press.buttons, MOUSE_OF.get(group) ?? DEFAULT_MOUSE);
  };
}

/** Take a group down. A tool that is forgotten without being told keeps listening, and with it lives all of the group. */
export function destroyToolGroup(group: Types.IToolGroup, renderingEngineId: string): void {
  group.removeViewports(renderingEngineId);
  for (const kind of MARK_KINDS) group.setToolDisabled(toolOfKind(kind));
  ToolGroupManager.destroyToolGroup(group.id);
}

/**
 * A press with a marking tool in hand begins a new mark, also on the end, the line or the label of another one, which
 * Cornerstone would take hold of first. What is half drawn gets its presses all the same. A press with a key is left
 * alone: that is how points of a spline come and go.
 */
function drawOverMarks(tool: PressedTool): void {
  tool.preMouseDownCallback = (event) => {
    const { shiftKey, ctrlKey } = event.detail.event as MouseEvent;
    return !shiftKey && !ctrlKey;
  };
}

const SUMMING_KINDS: readonly MarkKind[] = ["RECTANGLE", "ELLIPSE", "CIRCLE", "FREEHAND", "BOX"];

/**
 * Cornerstone sums up every pixel under an area while it grows, seconds for one of 30 million, and nobody reads it.
 * Its setting `calculateStats` would take the words beside circles and freehand contours away as well.
 */
function withoutStatistics(tool: BaseTool): void {
  Object.assign(tool, {
    _calculateCachedStats: (drawn: Types.Annotation) => {
      drawn.invalidated = false;
    },
  });
}

/** Whether these buttons are the ones that draw, whatever key is held with them. */
export function draws(buttons: number, { map }: MouseSettings): boolean {
  return bindingsOf("tool", map).some(({ mouseButton }) => mouseButton === buttons);
}

/** Give each button what it is to do; the chosen marking tool gets its own, null leaves that to plain selecting. */
export function bindMouse(group: Types.IToolGroup, chosen: MarkKind | null, mouse: MouseSettings): void {
  MOUSE_OF.set(group, mouse);
  for (const kind of MARK_KINDS) {
    group.setToolPassive(toolOfKind(kind), { removeAllBindings: true });
  }
  for (const [action, toolName] of Object.entries(TOOL_OF_ACTION)) {
    group.setToolPassive(toolName, { removeAllBindings: true });
    const bindings = bindingsOf(action as MouseAction, mouse.map).filter(
      ({ mouseButton }) => action !== "none" || !draws(mouseButton, mouse),
    );
    if (bindings.length > 0) group.setToolActive(toolName, { bindings });
  }
  group.setToolConfiguration(SliceScrollTool.toolName, { invert: mouse.isWheelReversed });
  if (chosen) group.setToolActive(toolOfKind(chosen), { bindings: bindingsOf("tool", mouse.map) });
}

export function bindingsOf(
  action: MouseAction,
  map: MouseMap,
): { mouseButton: number; modifierKey?: number }[] {
  return GESTURES.filter((gesture) => map[gesture] === action).map((gesture) => {
    const start = gesture.lastIndexOf("+") + 1;
    const mouseButton = BUTTON_NUMBER[gesture.slice(start) as keyof typeof BUTTON_NUMBER];
    const modifierKey = MODIFIER_KEY[gesture.slice(0, start)];
    return modifierKey === undefined ? { mouseButton } : { mouseButton, modifierKey };
  });
}

/** Show marks without letting the mouse change them. */
export function setMarksReadOnly(group: Types.IToolGroup): void {
  for (const kind of MARK_KINDS) group.setToolEnabled(toolOfKind(kind));
}
