/** On which slice a pane opens. */
export type Start = { at: "FIRST" | "MIDDLE" | "LAST" | "FIRST_MARK" } | { at: "FRACTION"; fraction: number };

/** The slice to start on, from 0; a mark is asked for by whoever knows the marks. */
export function startIndex(start: Start, numberOfImages: number): number {
  const last = Math.max(numberOfImages - 1, 0);
  if (start.at === "LAST") return last;
  if (start.at === "MIDDLE") return Math.floor(last / 2);
  return start.at === "FRACTION" ? Math.round(start.fraction * last) : 0;
}
