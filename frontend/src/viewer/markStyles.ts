import { FINDING_COLOURS } from "@/domain/findingColours";
import type { ViewerMark } from "./markLayer";

/** Selected marks have one colour whatever they are. */
export const SELECTED_MARK = "rgb(255, 236, 92)";

/** What is not the reader's own: another colour and another line, so that neither alone carries it. Gaps leave room for the dark rims. */
const FOREIGN = {
  AI: { colour: [255, 146, 43], selected: [255, 192, 120], lineDash: "8,5", lineWidth: "2" },
  PRIOR: {
    colour: [173, 181, 189],
    selected: [222, 226, 230],
    lineDash: "9,5,2,5",
    lineWidth: "2",
  },
  /** The two readers over whom an arbitrator decides. */
  READER_A: { colour: [102, 217, 232], selected: [197, 246, 250], lineDash: "10,4", lineWidth: "2" },
  READER_B: { colour: [229, 153, 247], selected: [243, 217, 250], lineDash: "3,4", lineWidth: "2" },
  REFERENCE: {
    colour: [255, 255, 255],
    selected: [255, 255, 255],
    lineDash: "2,5",
    lineWidth: "2",
  },
} as const;

type Styled = Pick<ViewerMark, "source" | "colour" | "opacity" | "isFaint">;

export function styleOf({ source, colour, opacity = 1, isFaint = false }: Styled): Record<string, string> {
  if (source === "READER")
    return { ...coloured(colour ?? FINDING_COLOURS[0], SELECTED_MARK), lineWidth: "1.5" };
  const { colour: own, selected, lineDash, lineWidth } = FOREIGN[source];
  // The chosen mark is seen at full strength, or it could not be found.
  return {
    ...coloured(
      `rgba(${own.join(", ")}, ${opacity})`,
      `rgba(${selected.join(", ")}, ${isFaint ? opacity : 1})`,
    ),
    lineDash,
    lineWidth,
  };
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
