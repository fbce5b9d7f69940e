import { type BaseTool, CrosshairsTool, type Types } from "@cornerstonejs/tools";
import type { PatientMm } from "@/domain/payload";
import { bindingsOf, type MouseSettings } from "./toolGroup";

export const PLANE_TOOLS = [CrosshairsTool];

/** Each line has the colour of the plane that it stands for, as in most workstations. */
const COLOUR_OF_PLANE: Record<string, string> = {
  AXIAL: "rgb(230, 100, 100)",
  CORONAL: "rgb(100, 210, 120)",
  SAGITTAL: "rgb(240, 200, 90)",
};

export function addPlaneTools(group: Types.IToolGroup): void {
  group.addTool(CrosshairsTool.toolName, {
    getReferenceLineColor: (viewportId: string) => COLOUR_OF_PLANE[viewportId] ?? "rgb(160, 160, 160)",
    // Thickness has keys and a menu: a handle on the line would be hit by chance.
    getReferenceLineSlabThicknessControlsOn: () => false,
  });
}

/** The button that draws on stacks moves the crosshairs on planes; they need all planes to stand. */
export function bindCrosshairs(group: Types.IToolGroup, isReady: boolean, mouse: MouseSettings): void {
  if (!isReady) group.setToolDisabled(CrosshairsTool.toolName);
  else group.setToolActive(CrosshairsTool.toolName, { bindings: bindingsOf("tool", mouse.map) });
}

/** Where the planes meet; null while there are no crosshairs. */
export function crosshairsCentre(group: Types.IToolGroup): PatientMm | null {
  const tool = crosshairsOf(group);
  if (!tool) return null;
  const [x, y, z] = tool.toolCenter;
  return [x, y, z];
}

function crosshairsOf(group: Types.IToolGroup): CrosshairsTool | null {
  const tool: BaseTool | undefined = group.getToolInstance(CrosshairsTool.toolName);
  return tool instanceof CrosshairsTool ? tool : null;
}
