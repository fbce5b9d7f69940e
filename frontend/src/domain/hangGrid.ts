import {
  type Grid,
  type GridPane,
  type Opening,
  oneSeries,
  SHAPE_OF_LAYOUT,
  shownSeries,
  withLayout,
} from "./grid";
import {
  type HangableSeries,
  type HangingRule,
  type Hung,
  type HungPane,
  hang,
  PANES_OF_LAYOUT,
} from "./hanging";
import { DEFAULT_RULES } from "./hangingDefaults";

/** The series of a case by imaging study. */
export interface SeriesOfStudies {
  /** One current imaging study, or several that are read together. */
  current: HangableSeries[][];
  /** The most relevant first. */
  priors: HangableSeries[][];
}

/** The grid in which a case opens, and the name of the rule that hung it. */
export interface HungGrid {
  grid: Grid;
  ruleName: string | null;
}

/** Hang a case by the reader study's rules, which find series of any current imaging study, then by the built-in ones. */
export function hungGrid(rules: HangingRule[], { current, priors }: SeriesOfStudies): HungGrid {
  const studies = [current.flat(), ...priors];
  const hung = hang(rules, studies) ?? besideEachOther(current) ?? hang(DEFAULT_RULES, studies);
  if (!hung) return { grid: oneSeries(null), ruleName: null };
  const { rule } = hung;
  const first = oneSeries(null);
  const has = (link: keyof Grid["links"]) => rule.links.includes(link);
  const links = {
    SCROLL: has("SCROLL") || isPetWithCt(hung.panes, studies),
    VIEW: has("VIEW"),
    WINDOW: has("WINDOW"),
  };
  const grid: Grid = { ...first, panes: panesOf(rule, hung.panes), links };
  if (rule.layout === "MPR") return { grid: withLayout(grid, "MPR", []), ruleName: rule.name };
  return { grid: { ...grid, layout: rule.layout }, ruleName: rule.name };
}

/**
 * Whether a PET and a CT hang beside each other, and nothing that lies in another space: they scroll together whatever
 * the rule says of links, since nobody reads one of them without the same place of the other.
 */
function isPetWithCt(panes: (HungPane | null)[], studies: HangableSeries[][]): boolean {
  const shown = panes.flatMap((pane) => pane ?? []);
  const series = shown.flatMap(
    ({ study, seriesInstanceUid }) =>
      studies[study]?.find((one) => one.series_instance_uid === seriesInstanceUid) ?? [],
  );
  const modalities = new Set(series.map(({ modality }) => modality));
  const frames = new Set(series.map(({ facts }) => facts?.frame_of_reference_uid ?? ""));
  return modalities.has("CT") && modalities.has("PT") && frames.size === 1 && !frames.has("");
}

// What fits into one row of the grid, beside what else is read with it.
const ROW_RULES = DEFAULT_RULES.filter(({ layout }) => layout === "ONE" || layout === "SIDE_BY_SIDE");
const SINGLE_RULES = ROW_RULES.filter(({ layout }) => layout === "ONE");
const ROWS = 2;
const COLUMNS = 2;

type Row = (HungPane | null)[];

/**
 * What is read together is seen together, where there are several current imaging studies: each in the row that its own
 * rule fills, as long as every one has a pane, so that the breasts of a mammogram face each other beside an ultrasound.
 */
function besideEachOther(current: HangableSeries[][]): Hung | null {
  const studies = current.filter((series) => series.length > 0);
  if (studies.length < 2) return null;
  let spare = ROWS * COLUMNS - studies.length;
  const hung = studies.map((series): Row => {
    const asItsRule = hang(ROW_RULES, [series])?.panes ?? [];
    if (asItsRule.length <= 1 || spare < asItsRule.length - 1)
      return hang(SINGLE_RULES, [series])?.panes ?? [];
    spare -= asItsRule.length - 1;
    return asItsRule;
  });
  const rows = inRows(hung).slice(0, ROWS);
  const [first = []] = rows;
  if (rows.length === 1) return { rule: together("SIDE_BY_SIDE"), panes: first };
  const panes = rows.flatMap((row) => Array.from({ length: COLUMNS }, (_, column) => row[column] ?? null));
  return { rule: together("FOUR"), panes };
}

/** A full row for whoever has two panes; the others share rows, in order. */
function inRows(hung: Row[]): Row[] {
  const rows: Row[] = [];
  for (const panes of hung) {
    const free = rows.find((row) => row.length + panes.length <= COLUMNS);
    if (free) free.push(...panes);
    else rows.push([...panes]);
  }
  return rows;
}

function together(layout: "SIDE_BY_SIDE" | "FOUR"): HangingRule {
  return { name: TOGETHER, when: {}, layout, panes: [], links: [] };
}

const TOGETHER = "Current imaging studies side by side";

function panesOf(rule: HangingRule, hung: (HungPane | null)[]): GridPane[] {
  const shape = SHAPE_OF_LAYOUT[rule.layout];
  const count = rule.layout === "MPR" ? PANES_OF_LAYOUT.MPR : shape.rows * shape.columns;
  return Array.from({ length: count }, (_, index): GridPane => {
    const pane = hung[index] ?? null;
    const empty = { id: String(index + 1), view: "STACK" as const, seriesInstanceUid: null };
    if (!pane) return empty;
    const { study: _study, seriesInstanceUid, ...opening } = pane;
    return { ...empty, seriesInstanceUid, opening };
  });
}

/**
 * The grid after a change, in which a pane that has come with another layout opens its series as the rule hangs it:
 * with the same window as beside it. What the reader puts into a pane opens as it is.
 */
export function withOpenings(hung: Grid, before: Grid, grid: Grid): Grid {
  const known = new Set(before.panes.map(({ id }) => id));
  const opened = (pane: GridPane): GridPane => {
    if (pane.view !== "STACK" || pane.opening || known.has(pane.id)) return pane;
    const opening = openingOf(hung, pane);
    return opening ? { ...pane, opening } : pane;
  };
  const panes = grid.panes.map(opened);
  return panes.every((pane, index) => pane === grid.panes[index]) ? grid : { ...grid, panes };
}

/** How the rule opens the series of a pane: in this pane, else in the first that it hangs with it. */
export function openingOf(hung: Grid, pane: GridPane): Opening | undefined {
  const same = [...hung.panes, ...(hung.beforePlanes?.panes ?? [])].filter(
    ({ seriesInstanceUid, opening }) => opening && seriesInstanceUid === pane.seriesInstanceUid,
  );
  return (same.find(({ id }) => id === pane.id) ?? same[0])?.opening;
}

/** Those of these series that stand in no pane of a grid, in their order. */
export function withoutPane<S extends Pick<HangableSeries, "series_instance_uid">>(
  grid: Grid,
  series: S[],
): S[] {
  const shown = new Set(shownSeries(grid));
  return series.filter(({ series_instance_uid }) => !shown.has(series_instance_uid));
}

/** The series in panes that are to open at the reader's first mark. */
export function seriesThatOpenAtAMark(grid: Grid): string[] {
  return grid.panes.flatMap(({ seriesInstanceUid, opening }) =>
    seriesInstanceUid !== null && opening?.start.at === "FIRST_MARK" ? [seriesInstanceUid] : [],
  );
}

/** The same hanging again: its panes open anew even where they show the same series now. */
export function hungAgain(hung: Grid, now: Grid): Grid {
  const panes = hung.panes.map((pane) => (pane.opening ? { ...pane, opening: { ...pane.opening } } : pane));
  return { ...hung, panes, hasReferenceLines: now.hasReferenceLines, hasText: now.hasText };
}
