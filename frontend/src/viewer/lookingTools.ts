import { MagnifyTool, ReferenceLinesTool, type Types } from "@cornerstonejs/tools";
import { bindingsOf, type MouseSettings } from "./toolGroup";

/** Tools that change nothing in the read. */
export const LOOKING_TOOLS = [MagnifyTool, ReferenceLinesTool];

const MAGNIFIER = { magnifySize: 3, magnifyWidth: 260, magnifyHeight: 260 };

export function addLookingTools(group: Types.IToolGroup): void {
  group.addTool(MagnifyTool.toolName, MAGNIFIER);
  group.addTool(ReferenceLinesTool.toolName);
}

/** While it is on, the button that would draw magnifies where it is held. */
export function bindMagnifier(group: Types.IToolGroup, isOn: boolean, mouse: MouseSettings): void {
  if (isOn) group.setToolActive(MagnifyTool.toolName, { bindings: bindingsOf("tool", mouse.map) });
  else group.setToolDisabled(MagnifyTool.toolName);
}

/** Draw where the plane of one pane cuts the others; null draws none. */
export function setReferenceLines(group: Types.IToolGroup, sourceViewportId: string | null): void {
  const { toolName } = ReferenceLinesTool;
  if (sourceViewportId === null) {
    group.setToolDisabled(toolName);
    return;
  }
  group.setToolConfiguration(toolName, { sourceViewportId, showFullDimension: true });
  group.setToolEnabled(toolName);
}
