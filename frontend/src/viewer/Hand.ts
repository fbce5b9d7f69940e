import type { Types as ToolTypes } from "@cornerstonejs/tools";
import type { MarkKind } from "@/domain/labelSchema";
import { hasControls } from "@/domain/markKinds";
import { bindMagnifier } from "./lookingTools";
import type { MarkLayer } from "./markLayer";
import type { Planes } from "./Planes";
import type { SegmentDesk } from "./segments/SegmentDesk";
import { bindingsOf, bindMouse, DEFAULT_MOUSE, draws, type MouseSettings } from "./toolGroup";

interface Held {
  group: ToolTypes.IToolGroup;
  desk: SegmentDesk;
  planes: Planes;
  layer: MarkLayer;
}

/** What the reader has in hand, and so what the mouse does. */
export class Hand {
  private tool: MarkKind | null = null;
  private mouse: MouseSettings = DEFAULT_MOUSE;

  constructor(private readonly held: Held) {}

  take(tool: MarkKind | null, isMagnifying: boolean, mouse: MouseSettings): void {
    const { group, desk, planes } = this.held;
    this.tool = tool;
    this.mouse = mouse;
    bindMouse(group, tool, mouse);
    desk.bind(bindingsOf("tool", mouse.map));
    bindMagnifier(group, isMagnifying, mouse);
    planes.setMouse(mouse);
  }

  /** To what draws, a double click is one click; but it closes a contour that is under way. */
  countsOnce(buttons: number): boolean {
    const { desk, layer } = this.held;
    if (!draws(buttons, this.mouse)) return false;
    if (this.tool === null) return desk.hasTool;
    return !(hasControls(this.tool) && layer.hasUnfinished);
  }
}
