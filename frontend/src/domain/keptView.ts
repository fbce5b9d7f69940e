import { type Grid, type GridPane, LAYOUTS } from "./grid";
import { openingOf } from "./hangGrid";

/** How one pane is looked at, so that it can be looked at so again. */
export interface PaneLook {
  /** Of its slice, from 0. */
  index: number;
  /** The ends of the window; null for colour. */
  range: { lower: number; upper: number } | null;
  isInverted: boolean;
  /** Turned and mirrored so; without zoom the image fills its pane. Null for planes. */
  view: {
    rotation: number;
    flipHorizontal: boolean;
    flipVertical: boolean;
    zoom?: number;
    pan?: readonly [number, number];
  } | null;
}

/** How all panes are looked at, and where the planes meet. */
export interface Looks {
  panes: Record<string, PaneLook>;
  crosshairs: readonly [number, number, number] | null;
}

/** A grid and its looks; series are numbers in the list of the case, so that nothing here names a patient or an image. */
export interface KeptView {
  version: 1;
  numberOfSeries: number;
  grid: Omit<Grid, "panes" | "beforePlanes" | "isMagnifying"> & {
    panes: KeptPane[];
    beforePlanes: { layout: Grid["layout"]; panes: KeptPane[]; activeId: string } | null;
  };
  looks: Looks;
}

type KeptPane = Pick<GridPane, "id" | "view"> & { series: number | null };

export function keptView(grid: Grid, looks: Looks, allSeries: string[]): KeptView {
  const { panes, beforePlanes, isMagnifying: _, ...rest } = grid;
  const kept = (all: GridPane[]) =>
    all.map(({ id, view, seriesInstanceUid }): KeptPane => {
      const series = allSeries.indexOf(seriesInstanceUid ?? "");
      return { id, view, series: series === -1 ? null : series };
    });
  const before = beforePlanes && { ...beforePlanes, panes: kept(beforePlanes.panes) };
  return {
    version: 1,
    numberOfSeries: allSeries.length,
    grid: { ...rest, panes: kept(panes), beforePlanes: before },
    looks,
  };
}

/** What was kept, as it stands in the case now; null where it is of another version, or the case has other series. */
export function restoredView(
  kept: unknown,
  hung: Grid,
  allSeries: string[],
): { grid: Grid; looks: Looks } | null {
  if (!isKept(kept) || kept.numberOfSeries !== allSeries.length) return null;
  const restored = (all: KeptPane[]) =>
    all.map(({ id, view, series }): GridPane => {
      const seriesInstanceUid = series === null ? null : (allSeries[series] ?? null);
      // `0` goes back to how the series was hung, also after a reload.
      const opening = view === "STACK" && openingOf(hung, { id, view, seriesInstanceUid });
      return { id, view, seriesInstanceUid, ...(opening && { opening }) };
    });
  const { panes, beforePlanes, ...rest } = kept.grid;
  const before = beforePlanes && { ...beforePlanes, panes: restored(beforePlanes.panes) };
  return {
    grid: { ...rest, panes: restored(panes), beforePlanes: before, isMagnifying: false },
    looks: kept.looks,
  };
}

/** Only this program writes it, but an older or newer one may have. */
function isKept(kept: unknown): kept is KeptView {
  if (typeof kept !== "object" || kept === null) return false;
  const { version, grid, looks } = kept as Partial<KeptView>;
  return (
    version === 1 && LAYOUTS.some((layout) => layout === grid?.layout) && Boolean(grid?.panes.length && looks)
  );
}
