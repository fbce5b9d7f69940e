import type { HotkeyAction } from "./hotkeys";
import type { MarkKind } from "./labelSchema";

/** How a kind of mark is called and chosen, and how many points its geometry has. */
export interface MarkKindRow {
  kind: MarkKind;
  text: string;
  action: HotkeyAction & `tool_${string}`;
  fewest: number;
  most: number;
}

const MOST_CONTOUR_POINTS = 5000;

const row = (kind: MarkKind, text: string, fewest: number, most = fewest): MarkKindRow => ({
  kind,
  text,
  action: `tool_${kind.toLowerCase() as Lowercase<MarkKind>}`,
  fewest,
  most,
});

/** In the order of the toolbar. */
export const MARK_KIND_ROWS: MarkKindRow[] = [
  row("POINT", "Point", 1),
  row("PROBE", "Probe", 1),
  row("LENGTH", "Length", 2),
  row("BIDIRECTIONAL", "Long and short axis", 4),
  row("ANGLE", "Angle", 3),
  row("COBB", "Cobb angle", 4),
  row("ARROW", "Arrow", 2),
  row("RECTANGLE", "Rectangle", 4),
  row("ELLIPSE", "Ellipse", 4),
  row("CIRCLE", "Circle", 2),
  row("FREEHAND", "Freehand contour", 3, MOST_CONTOUR_POINTS),
  row("LIVEWIRE", "Livewire contour", 3, MOST_CONTOUR_POINTS),
  row("SPLINE", "Spline contour", 3, MOST_CONTOUR_POINTS),
  row("BOX", "3D box", 4),
];

export const MARK_KINDS: MarkKind[] = MARK_KIND_ROWS.map(({ kind }) => kind);

const ROW_OF_KIND = Object.fromEntries(MARK_KIND_ROWS.map((entry) => [entry.kind, entry]));

export function markKindRow(kind: MarkKind): MarkKindRow {
  const found = ROW_OF_KIND[kind];
  if (!found) throw new Error(`There is no kind of mark ${kind}.`);
  return found;
}

/** Closed lines: they have an area, and over parallel slices a volume. */
export function isContour(kind: MarkKind): boolean {
  return kind === "FREEHAND" || kind === "LIVEWIRE" || kind === "SPLINE";
}

/** Contours that are drawn through points of their own, kept so that they can be edited again. */
export function hasControls(kind: MarkKind): boolean {
  return kind === "LIVEWIRE" || kind === "SPLINE";
}
