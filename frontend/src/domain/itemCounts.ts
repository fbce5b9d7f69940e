/** What of a run's item decides where it is counted. */
export interface CountedItem {
  state: string;
  is_refused: boolean;
}

/** How many cases of a run were predicted, refused and failed, in words; none is left out. */
export function itemCounts(items: CountedItem[]): string {
  const refused = items.filter((item) => item.is_refused).length;
  const predicted = items.filter((item) => item.state === "SUCCEEDED").length;
  const failed = items.filter((item) => item.state === "FAILED" && !item.is_refused).length;
  const open = items.length - predicted - refused - failed;
  const parts = [
    `${predicted} predicted`,
    `${refused} outside the input specification`,
    `${failed} could not be analysed`,
  ];
  if (open > 0) parts.push(`${open} not done`);
  return `${items.length} cases: ${parts.join(", ")}`;
}
