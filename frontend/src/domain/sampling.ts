/** Case sampling as the page tells it. The drawing itself is the server's. Pure. */

/** A stratum: its candidates and patients in the frame, who of them can be drawn, and how many are wanted. */
export interface Stratum {
  values: string[];
  candidates: number;
  patients: number;
  eligible: number;
  wanted: number;
  fraction: number | null;
}

export interface FrameColumn {
  name: string;
  number_of_values: number;
  values: { value: string; candidates: number }[];
}

export interface Positive {
  column: string;
  values: string[];
}

/** A column with more values names its candidates rather than kinds of them. */
export const MOST_VALUES = 50;
const DISEASED = ["1", "positive", "diseased", "malignant", "yes", "true"];

export const stratumKey = (values: string[]) => JSON.stringify(values);

export const mayStratify = (column: FrameColumn) => column.number_of_values <= MOST_VALUES;

/** The columns a new draw begins with: the truth where there is one of that name, else the first that can. */
export function firstColumns(columns: FrameColumn[]): string[] {
  const able = columns.filter(mayStratify);
  const first = able.find(({ name }) => name.toLowerCase() === "truth") ?? able[0];
  return first ? [first.name] : [];
}

/** What counts as diseased as long as nobody has said: a value that is mostly called so. */
export function guessedPositive(columns: FrameColumn[], chosen: string[]): Positive | null {
  for (const { name, values } of columns.filter((column) => chosen.includes(column.name))) {
    const found = values.map(({ value }) => value).filter((value) => DISEASED.includes(value.toLowerCase()));
    if (found.length > 0) return { column: name, values: found };
  }
  return null;
}

export const missing = ({ wanted, eligible }: Stratum) => Math.max(wanted - eligible, 0);

export const totals = (strata: Stratum[]) => ({
  candidates: sum(strata.map(({ candidates }) => candidates)),
  eligible: sum(strata.map(({ eligible }) => eligible)),
  wanted: sum(strata.map(({ wanted }) => wanted)),
});

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

/** "12.5 %"; of nothing there is no share. */
export const shareText = (share: number | null) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);

/** What is wanted of every stratum, as the server takes it. */
export const countsOf = (strata: Stratum[]) =>
  strata.map(({ values, wanted }) => ({ values, count: wanted }));
