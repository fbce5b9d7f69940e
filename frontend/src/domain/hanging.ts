import type { ChestWall, LayoutName, LinkKind } from "./grid";
import type { Start } from "./start";

/** How cases are hung: rules as the server keeps them (annotations/domain/schemas/hanging.schema.json), applied here. */
export type Orientation = "AXIAL" | "CORONAL" | "SAGITTAL" | "OBLIQUE";
export type Laterality = "L" | "R" | "B";
export type Preference = "FIRST" | "LAST" | "MOST_IMAGES" | "FEWEST_IMAGES" | "THINNEST" | "THICKEST";

export interface Range {
  minimum?: number;
  maximum?: number;
}

/** All that are given have to hold; a list holds when one of its words does. */
export interface Conditions {
  modality?: string[];
  body_part?: string[];
  view?: string[];
  laterality?: Laterality[];
  orientation?: Orientation[];
  number_of_series?: Range;
  number_of_images?: Range;
  has_prior?: boolean;
}

export interface Selector {
  modality?: string[];
  body_part?: string[];
  view?: string[];
  laterality?: Laterality;
  orientation?: Orientation;
  prefer?: Preference;
  /** The series of an earlier pane, from 0. */
  same_as?: number;
  /** The series most like that of an earlier pane, from 0. */
  like?: number;
}

export interface PaneRule {
  /** 0 are the current imaging studies, 1 is the most relevant prior. */
  prior: number;
  select: Selector;
  start: Start;
  window?: { center: number; width: number };
  /** The side of the pane on which the chest wall lies. */
  chest_wall?: ChestWall;
  may_be_empty?: boolean;
}

export interface HangingRule {
  name: string;
  when: Conditions;
  layout: LayoutName;
  panes: PaneRule[];
  links: LinkKind[];
}

/** One image of a projection series, as the server read it from the file. */
export interface ImageView {
  sop_instance_uid: string;
  view: string;
  laterality: string;
  /** Towards which side of the patient the rows run: first letter of Patient Orientation. */
  row_direction: string;
}

export interface SeriesFacts {
  orientation: Orientation | null;
  /** Of the first image; empty where it names none. */
  frame_of_reference_uid: string;
  slice_thickness_mm: number | null;
  kernel: string;
  body_part: string;
  number_of_images: number;
  views: ImageView[];
}

export interface HangableSeries {
  series_instance_uid: string;
  modality: string;
  series_number: number | null;
  number_of_instances: number;
  facts: SeriesFacts | null;
}

/** The series of all current imaging studies first, then those of each prior, the most relevant first. */
export type Studies = HangableSeries[][];

export interface HungPane {
  /** Index into the studies; 0 are the current ones. */
  study: number;
  seriesInstanceUid: string;
  start: Start;
  /** The image to show first, where the rule asked for a view. */
  sopInstanceUid: string | null;
  window: { center: number; width: number } | null;
  isFlipped: boolean;
  /** Where the chest wall comes to lie; missing where the image does not say on which side it has it. */
  chestWall?: ChestWall;
}

export interface Hung {
  rule: HangingRule;
  /** Null where nothing was found for a pane that may stay empty. */
  panes: (HungPane | null)[];
}

export const PANES_OF_LAYOUT: Record<LayoutName, number> = {
  ONE: 1,
  SIDE_BY_SIDE: 2,
  ABOVE_BELOW: 2,
  FOUR: 4,
  MPR: 1,
};

/** Hang a case: the first rule whose conditions hold and whose panes find their images. */
export function hang(rules: HangingRule[], studies: Studies): Hung | null {
  for (const rule of rules) {
    if (!holds(rule.when, studies)) continue;
    const panes = filledPanes(rule, studies);
    if (panes) return { rule, panes };
  }
  return null;
}

function holds(when: Conditions, [current = [], ...priors]: Studies): boolean {
  const views = current.flatMap(viewsOf);
  const images = current.reduce((sum, series) => sum + imagesOf(series), 0);
  const tests = [
    isAmong(
      when.modality,
      current.map((series) => series.modality),
    ),
    isAmong(when.body_part, current.map(bodyPartOf)),
    isAmong(
      when.view,
      views.map((one) => one.view),
    ),
    isAmong(
      when.laterality,
      views.map((one) => one.laterality),
    ),
    isAmong(
      when.orientation,
      current.map((series) => series.facts?.orientation ?? ""),
    ),
    isWithin(when.number_of_series, current.length),
    isWithin(when.number_of_images, images),
    when.has_prior === undefined || when.has_prior === priors.length > 0,
  ];
  return tests.every(Boolean);
}

function isAmong(wanted: string[] | undefined, found: string[]): boolean {
  return !wanted || found.some((word) => wanted.includes(word));
}

function isWithin(range: Range | undefined, count: number): boolean {
  return count >= (range?.minimum ?? 0) && count <= (range?.maximum ?? Number.POSITIVE_INFINITY);
}

function filledPanes(rule: HangingRule, studies: Studies): (HungPane | null)[] | null {
  const panes: (HungPane | null)[] = [];
  for (const pane of rule.panes) {
    const filled = filledPane(pane, studies, panes);
    if (!filled && !pane.may_be_empty) return null;
    panes.push(filled);
  }
  return panes;
}

interface Found {
  series: HangableSeries;
  image: ImageView | null;
}

function filledPane(pane: PaneRule, studies: Studies, before: (HungPane | null)[]): HungPane | null {
  const found = pickedOne(candidatesOf(pane, studies, before), pane.select, before);
  if (!found) return null;
  const { series, image } = found;
  return {
    study: pane.prior,
    seriesInstanceUid: series.series_instance_uid,
    start: pane.start,
    sopInstanceUid: image?.sop_instance_uid ?? null,
    window: pane.window ?? null,
    ...hungByChestWall(pane.chest_wall, image),
  };
}

function candidatesOf(pane: PaneRule, studies: Studies, before: (HungPane | null)[]): Found[] {
  const { select } = pane;
  const all = studies[pane.prior] ?? [];
  if (select.same_as !== undefined) {
    const uid = before[select.same_as]?.seriesInstanceUid;
    return all
      .filter((series) => series.series_instance_uid === uid)
      .map((series) => ({ series, image: null }));
  }
  const fitting = all
    .filter((series) => fits(select, series))
    .flatMap((series) => imagesWanted(select, series));
  const model = select.like === undefined ? null : modelOf(before[select.like] ?? null, studies);
  return model ? likest(fitting, model) : fitting;
}

function fits(select: Selector, series: HangableSeries): boolean {
  return (
    isAmong(select.modality, [series.modality]) &&
    isAmong(select.body_part, [bodyPartOf(series)]) &&
    (!select.orientation || series.facts?.orientation === select.orientation)
  );
}

/** One entry for each image of the wanted view, or one for the series as a whole. */
function imagesWanted(select: Selector, series: HangableSeries): Found[] {
  if (!select.view && !select.laterality) return [{ series, image: viewsOf(series)[0] ?? null }];
  return viewsOf(series)
    .filter(
      (image) =>
        isAmong(select.view, [image.view]) && (!select.laterality || image.laterality === select.laterality),
    )
    .map((image) => ({ series, image }));
}

/** The best of the candidates, one not shown yet where there is a choice. */
function pickedOne(candidates: Found[], select: Selector, before: (HungPane | null)[]): Found | undefined {
  const isShown = ({ series, image }: Found) =>
    before.some(
      (pane) =>
        pane?.seriesInstanceUid === series.series_instance_uid &&
        (pane.sopInstanceUid === null || pane.sopInstanceUid === (image?.sop_instance_uid ?? null)),
    );
  const fresh = candidates.filter((found) => !isShown(found));
  return [...(fresh.length > 0 ? fresh : candidates)].sort(ORDERS[select.prefer ?? "FIRST"])[0];
}

const thickness = ({ series }: Found) => series.facts?.slice_thickness_mm ?? null;
const count = ({ series }: Found) => imagesOf(series);
/** Series without a thickness come last either way. */
const byThickness = (sign: 1 | -1) => (one: Found, other: Found) => {
  const [a, b] = [thickness(one), thickness(other)];
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b) || count(other) - count(one);
};

/** Series come in the order of their numbers and sorting keeps it, so that a tie goes to the first. */
const ORDERS: Record<Preference, (one: Found, other: Found) => number> = {
  FIRST: () => 0,
  LAST: (one, other) => (other.series.series_number ?? 0) - (one.series.series_number ?? 0),
  MOST_IMAGES: (one, other) => count(other) - count(one),
  FEWEST_IMAGES: (one, other) => count(one) - count(other),
  THINNEST: byThickness(1),
  THICKEST: byThickness(-1),
};

function modelOf(pane: HungPane | null, studies: Studies): Found | null {
  const series = studies[pane?.study ?? -1]?.find(
    (one) => one.series_instance_uid === pane?.seriesInstanceUid,
  );
  if (!series) return null;
  const image = viewsOf(series).find((view) => view.sop_instance_uid === pane?.sopInstanceUid);
  return { series, image: image ?? null };
}

/** Those most like the model: same modality, view and plane first, then kernel, then nearest slice thickness. */
function likest(candidates: Found[], model: Found): Found[] {
  const all = candidates.flatMap(({ series, image }) =>
    model.image ? viewsOf(series).map((one): Found => ({ series, image: one })) : [{ series, image }],
  );
  const scored = all
    .map((found) => ({ found, score: likeness(found, model) }))
    .filter(({ score }) => score > 0);
  return scored.sort((one, other) => other.score - one.score).map(({ found }) => found);
}

function likeness({ series, image }: Found, model: Found): number {
  if (series.modality !== model.series.modality) return 0;
  const isSameView =
    !model.image || (image?.view === model.image.view && image.laterality === model.image.laterality);
  const isSamePlane = series.facts?.orientation === model.series.facts?.orientation;
  if (!isSameView) return 0;
  const isSameKernel = series.facts?.kernel === model.series.facts?.kernel;
  const difference_mm = Math.abs((thickness({ series, image }) ?? 100) - (thickness(model) ?? 100));
  return 1 + (isSamePlane ? 100 : 0) + (isSameKernel ? 10 : 0) + 1 / (1 + difference_mm);
}

function viewsOf(series: HangableSeries): ImageView[] {
  return series.facts?.views ?? [];
}

function bodyPartOf(series: HangableSeries): string {
  return series.facts?.body_part ?? "";
}

function imagesOf(series: HangableSeries): number {
  return series.facts?.number_of_images ?? series.number_of_instances;
}

/** Rows run away from the chest wall when they run forward; an image that says nothing stays as it is. */
function hungByChestWall(
  chestWall: PaneRule["chest_wall"],
  image: ImageView | null,
): Pick<HungPane, "isFlipped" | "chestWall"> {
  if (!chestWall || !image) return { isFlipped: false };
  if (image.row_direction === "A") return { isFlipped: chestWall === "RIGHT", chestWall };
  if (image.row_direction === "P") return { isFlipped: chestWall === "LEFT", chestWall };
  return { isFlipped: false };
}
