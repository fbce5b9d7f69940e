import { type Slab, THIN_PLANE } from "./slab";
import type { Start } from "./start";

/** What is shown where: the layout of the images as plain data, apart from anything that draws. */

export type LayoutName = "ONE" | "SIDE_BY_SIDE" | "ABOVE_BELOW" | "FOUR" | "MPR";
export type PlaneName = "AXIAL" | "CORONAL" | "SAGITTAL";
/** A stack shows the images as acquired; a plane cuts the volume that they form. */
export type PaneView = "STACK" | PlaneName;
export type LinkKind = "SCROLL" | "VIEW" | "WINDOW";

/** How a pane begins, as a hanging protocol asked for. */
export interface Opening {
  start: Start;
  /** The image to begin with, where it was chosen by its view. */
  sopInstanceUid: string | null;
  window: { center: number; width: number } | null;
  isFlipped: boolean;
  /** The side of the pane at which the chest wall of a mammogram lies; missing where the image does not say. */
  chestWall?: ChestWall;
}

export type ChestWall = "LEFT" | "RIGHT";

export interface GridPane {
  id: string;
  view: PaneView;
  /** Null shows an empty pane. */
  seriesInstanceUid: string | null;
  opening?: Opening;
}

export interface Grid {
  layout: LayoutName;
  /** In reading order: left to right, then down. */
  panes: GridPane[];
  activeId: string;
  /** The active pane covers the others, which stay as they are. */
  isMaximised: boolean;
  links: Record<LinkKind, boolean>;
  hasReferenceLines: boolean;
  hasText: boolean;
  /** The button that draws magnifies instead. */
  isMagnifying: boolean;
  /** For all planes. */
  slab: Slab;
  /** What stood before the planes, so that leaving them brings it back. */
  beforePlanes: Pick<Grid, "layout" | "panes" | "activeId"> | null;
}

export const SHAPE_OF_LAYOUT: Record<LayoutName, { rows: number; columns: number }> = {
  ONE: { rows: 1, columns: 1 },
  SIDE_BY_SIDE: { rows: 1, columns: 2 },
  ABOVE_BELOW: { rows: 2, columns: 1 },
  FOUR: { rows: 2, columns: 2 },
  MPR: { rows: 2, columns: 2 },
};

export const LAYOUTS = Object.keys(SHAPE_OF_LAYOUT) as LayoutName[];

const PLANES: PlaneName[] = ["AXIAL", "CORONAL", "SAGITTAL"];
const STACK_IDS = ["1", "2", "3", "4"];

/** One series in one pane: how a case opens when nothing else is asked for. */
export function oneSeries(seriesInstanceUid: string | null): Grid {
  return {
    layout: "ONE",
    panes: [{ id: "1", view: "STACK", seriesInstanceUid }],
    activeId: "1",
    isMaximised: false,
    links: { SCROLL: false, VIEW: false, WINDOW: false },
    hasReferenceLines: true,
    hasText: true,
    isMagnifying: false,
    slab: THIN_PLANE,
    beforePlanes: null,
  };
}

export function activePane(grid: Grid): GridPane {
  const active = grid.panes.find((pane) => pane.id === grid.activeId) ?? grid.panes[0];
  if (!active) throw new Error("A grid has at least one pane.");
  return active;
}

/**
 * Another layout. Panes keep what they show, the active one stays on the screen, and new panes take the
 * series not yet shown, in the order of the list; when all are shown, the active pane's once more.
 */
export function withLayout(grid: Grid, layout: LayoutName, allSeries: string[]): Grid {
  if (layout === grid.layout) return { ...grid, isMaximised: false };
  if (layout === "MPR") return withPlanes(grid);
  const before = grid.layout === "MPR" && grid.beforePlanes ? grid.beforePlanes : grid;
  const shape = SHAPE_OF_LAYOUT[layout];
  const panes = fitted(before.panes, before.activeId, shape.rows * shape.columns, allSeries);
  const activeId = panes.some(({ id }) => id === before.activeId) ? before.activeId : (panes[0]?.id ?? "1");
  return { ...grid, layout, panes, activeId, isMaximised: false, beforePlanes: null };
}

/** To the planes of the active series and back to what stood there before. */
export function withPlanesToggled(grid: Grid): Grid {
  if (grid.layout !== "MPR") return withPlanes(grid);
  return { ...grid, ...(grid.beforePlanes ?? {}), isMaximised: false, beforePlanes: null };
}

function withPlanes(grid: Grid): Grid {
  const active = activePane(grid);
  const { layout, panes, activeId } = grid;
  const planes = PLANES.map(
    (view): GridPane => ({ id: view, view, seriesInstanceUid: active.seriesInstanceUid }),
  );
  return {
    ...grid,
    layout: "MPR",
    panes: [...planes, { ...active, view: "STACK" }],
    activeId: "AXIAL",
    isMaximised: false,
    beforePlanes: { layout, panes, activeId },
  };
}

function fitted(panes: GridPane[], activeId: string, count: number, allSeries: string[]): GridPane[] {
  const active = panes.find(({ id }) => id === activeId);
  const isCut = active !== undefined && panes.indexOf(active) >= count;
  const kept = (isCut ? [active, ...panes.filter((pane) => pane !== active)] : panes).slice(0, count);
  const result = [...kept];
  while (result.length < count) result.push(newPane(result, active, allSeries));
  return result;
}

function newPane(panes: GridPane[], active: GridPane | undefined, allSeries: string[]): GridPane {
  const shown = new Set(panes.map((pane) => pane.seriesInstanceUid));
  const used = new Set(panes.map((pane) => pane.id));
  return {
    id: STACK_IDS.find((id) => !used.has(id)) ?? String(panes.length + 1),
    view: "STACK",
    seriesInstanceUid: allSeries.find((uid) => !shown.has(uid)) ?? active?.seriesInstanceUid ?? null,
  };
}

/** Show a series in a pane; one that shows it already stays as it is. The planes cut one volume, so they change together, with the stack of the same series. */
export function withSeries(grid: Grid, paneId: string, seriesInstanceUid: string): Grid {
  const target = grid.panes.find(({ id }) => id === paneId);
  if (!target) return grid;
  const follows = (pane: GridPane) =>
    target.view === "STACK"
      ? pane.id === paneId
      : pane.view !== "STACK" || pane.seriesInstanceUid === target.seriesInstanceUid;
  const shown = ({ opening: _, ...pane }: GridPane): GridPane => ({ ...pane, seriesInstanceUid });
  const changes = (pane: GridPane) => follows(pane) && pane.seriesInstanceUid !== seriesInstanceUid;
  const panes = grid.panes.map((pane) => (changes(pane) ? shown(pane) : pane));
  return { ...grid, panes, activeId: paneId };
}

/** A series that was brought into the active pane taken out again: what has shown it since is as it was before. Null where that pane shows something else by now. */
export function withSeriesTakenOut(grid: Grid, before: Grid, seriesInstanceUid: string): Grid | null {
  const { id: paneId, seriesInstanceUid: replaced } = activePane(before);
  const isThere = (pane: GridPane) => pane.id === paneId && pane.seriesInstanceUid === seriesInstanceUid;
  if (!grid.panes.some(isThere)) return null;
  const asBefore = (pane: GridPane) => {
    const was = before.panes.find(({ id }) => id === pane.id);
    const isBrought = pane.seriesInstanceUid === seriesInstanceUid && was?.seriesInstanceUid === replaced;
    return isBrought ? was : pane;
  };
  return { ...grid, panes: grid.panes.map(asBefore), activeId: paneId };
}

export function withActive(grid: Grid, paneId: string): Grid {
  return paneId === grid.activeId || !grid.panes.some(({ id }) => id === paneId)
    ? grid
    : { ...grid, activeId: paneId };
}

/** The next pane in reading order, round the corner at the end. */
export function withNextPane(grid: Grid, step: 1 | -1): Grid {
  const current = grid.panes.findIndex(({ id }) => id === grid.activeId);
  const next = grid.panes[(current + step + grid.panes.length) % grid.panes.length];
  return next ? withActive(grid, next.id) : grid;
}

/** One pane over all others and back; a single pane is as large as it gets. */
export function withMaximisedToggled(grid: Grid, paneId: string = grid.activeId): Grid {
  if (grid.panes.length < 2) return grid;
  return { ...withActive(grid, paneId), isMaximised: !grid.isMaximised };
}

export function withLinkToggled(grid: Grid, link: LinkKind): Grid {
  return { ...grid, links: { ...grid.links, [link]: !grid.links[link] } };
}

/** The series that stand on the screen, each once. */
export function shownSeries(grid: Grid): string[] {
  return [...new Set(grid.panes.flatMap(({ seriesInstanceUid }) => seriesInstanceUid ?? []))];
}
