import type { LinkKind } from "@/domain/grid";
import { followingIndex } from "./linkedScroll";
import type { Pane, PaneChange } from "./pane";

/** Keeps linked panes in step with the one that the reader moves. */
export class PaneLinks {
  private links: Record<LinkKind, boolean> = { SCROLL: false, VIEW: false, WINDOW: false };
  /** The slice of each pane when it was linked. */
  private starts = new Map<string, number>();
  private isFollowing = false;

  constructor(private readonly panes: () => Pane[]) {}

  /** From now on these are linked, from where the panes stand. */
  set(links: Record<LinkKind, boolean>): void {
    this.links = links;
    this.restart();
  }

  /** The panes stand where they stand: another one leads, or another series is shown. */
  restart(): void {
    this.starts = new Map(this.panes().map((pane) => [pane.id, pane.store.get().index]));
  }

  /** The leading pane has changed; what follows must not lead in its turn. */
  follow(leader: Pane, change: PaneChange): void {
    if (!this.links[change] || this.isFollowing) return;
    this.isFollowing = true;
    for (const pane of this.panes()) if (pane !== leader) this.move(pane, leader, change);
    this.isFollowing = false;
  }

  private move(pane: Pane, leader: Pane, change: PaneChange): void {
    if (change === "SCROLL") this.scroll(pane, leader);
    else if (change === "VIEW") pane.setPresentation(leader.presentation());
    else if (modalityOf(pane) === modalityOf(leader)) pane.takeWindow(leader);
  }

  private scroll(pane: Pane, leader: Pane): void {
    if (pane.view !== "STACK" || leader.view !== "STACK") return;
    const start = { source: this.starts.get(leader.id) ?? 0, target: this.starts.get(pane.id) ?? 0 };
    const index = followingIndex(leader.slices, leader.store.get().index, pane.slices, start);
    if (index !== null) pane.goTo(index);
  }
}

function modalityOf(pane: Pane): string | undefined {
  return pane.slices[0]?.modality;
}
