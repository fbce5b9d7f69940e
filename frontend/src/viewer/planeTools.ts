import { type Types as CoreTypes, eventTarget } from "@cornerstonejs/core";
import { type BaseTool, CrosshairsTool, Enums, type Types } from "@cornerstonejs/tools";
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

/** How the crosshairs stand: nowhere until all planes do, fixed while something is in hand that no plane takes. */
export type CrosshairsState = "DOWN" | "FIXED" | "FREE";

/** The button that draws on stacks moves the crosshairs on planes. */
export function bindCrosshairs(group: Types.IToolGroup, state: CrosshairsState, mouse: MouseSettings): void {
  if (state === "DOWN") group.setToolDisabled(CrosshairsTool.toolName);
  else if (state === "FIXED") group.setToolEnabled(CrosshairsTool.toolName);
  else group.setToolActive(CrosshairsTool.toolName, { bindings: bindingsOf("tool", mouse.map) });
}

/** Tell of every place that the crosshairs come to, by mouse, wheel or key; what it gives back ends the telling. */
export function onCrosshairsMoved(group: Types.IToolGroup, tell: (point: PatientMm) => void): () => void {
  const listener = (event: Event) => {
    const { toolGroupId, toolCenter } = (event as CustomEvent<CrosshairsMoved>).detail;
    if (toolGroupId === group.id) tell([toolCenter[0], toolCenter[1], toolCenter[2]]);
  };
  eventTarget.addEventListener(Enums.Events.CROSSHAIR_TOOL_CENTER_CHANGED, listener);
  return () => eventTarget.removeEventListener(Enums.Events.CROSSHAIR_TOOL_CENTER_CHANGED, listener);
}

interface CrosshairsMoved {
  toolGroupId: string;
  toolCenter: CoreTypes.Point3;
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
