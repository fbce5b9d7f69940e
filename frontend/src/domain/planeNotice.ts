import type { MarkKind } from "./labelSchema";
import { markKindRow } from "./markKinds";

/** What has the button that draws. */
export interface ToolInHand {
  tool: MarkKind | null;
  isSegmenting: boolean;
  isMagnifying: boolean;
}

/** What is said on a plane about a tool that works on stacks only, and in full when it is tried there. */
export interface PlaneNotice {
  short: string;
  sentence: string;
}

const WHERE = "in the stack pane beside the planes, or leave the planes.";

/** Null where nothing is in hand that a plane cannot take. */
export function planeNotice({ tool, isSegmenting, isMagnifying }: ToolInHand): PlaneNotice | null {
  if (isMagnifying) {
    return {
      short: "Magnifier: on the stack only",
      sentence: `The magnifier works on original slices: use it ${WHERE}`,
    };
  }
  if (isSegmenting) {
    return {
      short: "Segments: draw on the stack",
      sentence: `Segments are drawn on the original slices, not on a plane: draw ${WHERE}`,
    };
  }
  if (tool === null) return null;
  const name = markKindRow(tool).text;
  return {
    short: `${name}: draw on the stack`,
    sentence: `${name}: marks are drawn on the original slices, not on a plane. Draw ${WHERE}`,
  };
}
