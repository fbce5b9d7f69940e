import { MagnifyTool, ReferenceLinesTool, type Types } from "@cornerstonejs/tools";
import { bindingsOf, type MouseSettings } from "./toolGroup";

const LENS_PX = 260;
const LENS_FACTOR = 2;

/** Cornerstone's magnifier, in which an image is twice as large as around it, however high the pane is. */
class LensTool extends MagnifyTool {
  static override toolName = "Lens";

  constructor(...given: ConstructorParameters<typeof MagnifyTool>) {
    super(...given);
    const begin = this.preMouseDownCallback;
    this.preMouseDownCallback = (event) => {
      // Cornerstone's factor would hold for a lens as high as the pane.
      this.configuration.magnifySize = (LENS_FACTOR * event.detail.element.clientHeight) / LENS_PX;
      return begin(event);
    };
  }
}

/** Tools that change nothing in the read. */
export const LOOKING_TOOLS = [LensTool, ReferenceLinesTool];

export function addLookingTools(group: Types.IToolGroup): void {
  group.addTool(LensTool.toolName, { magnifyWidth: LENS_PX, magnifyHeight: LENS_PX });
  group.addTool(ReferenceLinesTool.toolName);
}

/** While it is on, the button that would draw magnifies where it is held. */
export function bindMagnifier(group: Types.IToolGroup, isOn: boolean, mouse: MouseSettings): void {
  if (isOn) group.setToolActive(LensTool.toolName, { bindings: bindingsOf("tool", mouse.map) });
  else group.setToolDisabled(LensTool.toolName);
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
