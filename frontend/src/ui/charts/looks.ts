import type { Participant } from "@/domain/analysisResult";

export interface Look {
  colour: string;
  dash: string;
  /** Outline of the marker around (0, 0). */
  marker: string;
}

const MARKERS = [
  "M-5,-5H5V5H-5Z",
  "M0,-6L6,5H-6Z",
  "M0,-7L6,0L0,7L-6,0Z",
  "M0,6L6,-5H-6Z",
  "M-6,-2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z",
  "M-4,-6H4L7,0L4,6H-4L-7,0Z",
];
const CIRCLE = "M-6,0A6,6 0 1,0 6,0A6,6 0 1,0 -6,0Z";
const DASHES = ["7 3", "2 3", "9 3 2 3", "4 4", "1 4", "12 3"];

/** How each participant is drawn everywhere: the AI solid and round, readers by colour, dash and shape. */
export function looksOf(participants: Pick<Participant, "key" | "kind">[]): Map<string, Look> {
  const readers = participants.filter((participant) => participant.kind === "READER");
  const looks = new Map<string, Look>();
  for (const participant of participants) {
    const index = readers.indexOf(participant);
    looks.set(participant.key, index < 0 ? AI_LOOK : seriesLook(index));
  }
  return looks;
}

const AI_LOOK: Look = { colour: "var(--figure-ai)", dash: "", marker: CIRCLE };

/** The look of the series number `index`. Colours repeat after six, but then with another shape and dash. */
export function seriesLook(index: number): Look {
  const round = Math.floor(index / MARKERS.length);
  return {
    colour: `var(--figure-${(index % 6) + 1})`,
    dash: DASHES[(index + round) % DASHES.length] ?? "",
    marker: MARKERS[(index + round) % MARKERS.length] ?? CIRCLE,
  };
}
