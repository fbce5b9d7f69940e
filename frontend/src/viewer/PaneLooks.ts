import type { Looks, PaneLook } from "@/domain/keptView";
import type { Pane } from "./pane";

/** How panes were looked at that are not on the screen now: where they come back with their series, they come back so. */
export class PaneLooks {
  private readonly left = new Map<string, { look: PaneLook; seriesInstanceUid: string | null }>();

  /** Where the planes met. */
  private crosshairs: Looks["crosshairs"];

  constructor({ panes, crosshairs }: Looks) {
    this.crosshairs = crosshairs;
    // Kept for the very grid that is about to be shown.
    for (const [id, look] of Object.entries(panes)) this.left.set(id, { look, seriesInstanceUid: null });
  }

  /** The look of a pane that is shown again, once. */
  take(paneId: string, seriesInstanceUid: string): PaneLook | undefined {
    const found = this.left.get(paneId);
    this.left.delete(paneId);
    const isSame = found?.seriesInstanceUid === null || found?.seriesInstanceUid === seriesInstanceUid;
    return isSame ? found?.look : undefined;
  }

  /** A pane goes; planes begin at the stack whenever they are shown. */
  leave(pane: Pane): void {
    const look = pane.view === "STACK" ? pane.look() : null;
    if (look) this.left.set(pane.id, { look, seriesInstanceUid: pane.slices[0]?.seriesInstanceUid ?? null });
  }

  /** Where planes begin that are shown again, once. */
  takeCrosshairs(): Looks["crosshairs"] {
    const { crosshairs } = this;
    this.crosshairs = null;
    return crosshairs;
  }

  /** The panes are hung anew. */
  forget(): void {
    this.left.clear();
    this.crosshairs = null;
  }

  /** Those of the panes on the screen, and of those that may come back. */
  all(panes: Pane[]): Record<string, PaneLook> {
    const left = [...this.left].map(([id, { look }]) => [id, look] as const);
    const shown = panes.flatMap((pane) => {
      const look = pane.look();
      return look ? [[pane.id, look] as const] : [];
    });
    return Object.fromEntries([...left, ...shown]);
  }
}
