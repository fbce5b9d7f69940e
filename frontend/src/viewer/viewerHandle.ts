import { type Grid, withActive } from "@/domain/grid";
import type { GridController } from "./GridController";
import type { ViewerMark } from "./markLayer";
import type { Pane } from "./pane";

/** What keys and buttons outside the images do with the active pane. */
export interface ViewerHandle {
  goTo: (index: number) => void;
  scrollBy: (steps: number) => void;
  fit: () => void;
  resetWindow: () => void;
  toggleInvert: () => void;
  /** Go to the slice of a mark on a pane that shows its series; false when none does. */
  jumpToMark: (mark: ViewerMark) => boolean;
}

/** The handle does nothing until the images are there. */
export function viewerHandle(
  controller: GridController | null,
  activeId: () => string,
  onGrid: (change: (grid: Grid) => Grid) => void,
): ViewerHandle {
  const onActive = (act: (pane: Pane) => void) => {
    const pane = controller?.pane(activeId());
    if (pane) act(pane);
  };
  return {
    goTo: (index) => onActive((pane) => pane.goTo(index)),
    scrollBy: (steps) => onActive((pane) => pane.scrollBy(steps)),
    fit: () => onActive((pane) => pane.fit()),
    resetWindow: () => onActive((pane) => pane.resetWindow()),
    toggleInvert: () => onActive((pane) => pane.toggleInvert()),
    jumpToMark: (mark) => {
      const pane = controller?.jumpToMark(mark, activeId());
      if (pane) onGrid((grid) => withActive(grid, pane.id));
      return Boolean(pane);
    },
  };
}
