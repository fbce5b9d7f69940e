import { FINDING_COLOURS } from "@/domain/findingColours";
import type { ViewerMark } from "./markLayer";

/** Selected marks have one colour whatever they are. */
export const SELECTED_MARK = "rgb(255, 236, 92)";

/** What is not the reader's own: another colour and another line, so that neither alone carries it. */
const FOREIGN = {
  AI: { colour: "rgb(255, 146, 43)", selected: "rgb(255, 192, 120)", lineDash: "6,4", lineWidth: "2" },
  PRIOR: {
    colour: "rgb(173, 181, 189)",
    selected: "rgb(222, 226, 230)",
    lineDash: "8,3,2,3",
    lineWidth: "1.5",
  },
  REFERENCE: {
    colour: "rgb(255, 255, 255)",
    selected: "rgb(255, 255, 255)",
    lineDash: "2,3",
    lineWidth: "1.5",
  },
} as const;

export function styleOf({ source, colour }: Pick<ViewerMark, "source" | "colour">): Record<string, string> {
  if (source === "READER")
    return { ...coloured(colour ?? FINDING_COLOURS[0], SELECTED_MARK), lineWidth: "1.5" };
  const { colour: own, selected, lineDash, lineWidth } = FOREIGN[source];
  return { ...coloured(own, selected), lineDash, lineWidth };
}

function coloured(colour: string, selected: string): Record<string, string> {
  return {
    color: colour,
    colorLocked: colour,
    colorHighlighted: selected,
    colorSelected: selected,
    textBoxColor: colour,
    textBoxColorLocked: colour,
    textBoxColorHighlighted: selected,
    textBoxColorSelected: selected,
  };
}
