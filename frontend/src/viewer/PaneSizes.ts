import type { RenderingEngine } from "@cornerstonejs/core";
import { annotation as annotations } from "@cornerstonejs/tools";
import { isSmallPane } from "@/domain/smallPane";
import type { Pane } from "./pane";

/** In a small pane the words beside marks are as small as can be read. */
const SMALL_WORDS = { global: { textBoxFontSize: "11px" } };
const WORDS = { global: {} };

/** Sees how large the panes are: images that filled theirs go on filling it, and words beside marks fit it. */
export class PaneSizes {
  private readonly sizes = new Map<Pane, string>();
  private readonly observer: ResizeObserver;

  constructor(private readonly engine: RenderingEngine) {
    this.observer = new ResizeObserver(() => this.onResized());
  }

  add(pane: Pane): void {
    this.note(pane);
    this.observer.observe(pane.element);
  }

  remove(pane: Pane): void {
    this.observer.unobserve(pane.element);
    this.sizes.delete(pane);
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private onResized(): void {
    const panes = [...this.sizes.keys()];
    // An observer begins by telling what is known already.
    if (panes.every((pane) => this.sizes.get(pane) === sizeOf(pane))) return;
    for (const pane of panes) this.note(pane);
    const refits = panes.map((pane) => pane.beforeResize());
    this.engine.resize(true, true);
    for (const refit of refits) refit();
  }

  private note(pane: Pane): void {
    this.sizes.set(pane, sizeOf(pane));
    annotations.config.style.setViewportToolStyles(pane.id, isSmall(pane) ? SMALL_WORDS : WORDS);
  }
}

export function isSmall({ element }: Pane): boolean {
  return isSmallPane(element.clientWidth, element.clientHeight);
}

function sizeOf({ element }: Pane): string {
  return `${element.clientWidth} x ${element.clientHeight}`;
}
