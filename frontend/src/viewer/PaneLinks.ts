import type { LinkKind } from "@/domain/grid";
import { followingIndex } from "./linkedScroll";
import type { Pane, PaneChange } from "./pane";

/** Keeps linked panes in step with the one that the reader moves. */
export class PaneLinks {
  private links: Record<LinkKind, boolean> = { SCROLL: false, VIEW: false, WINDOW: false };
  /** The slice of each pane when it was linked. */
  private starts = new Map<string, number>();
  /** Where the stacks stood with each other when one of them went; it may come back, after the planes for example. */
  private readonly apart = new Map<string, StackPlace>();
  /** Those that have gone and are not back yet. */
  private readonly away = new Set<string>();
  private isFollowing = false;

  constructor(private readonly panes: () => Pane[]) {}

  /** From now on these are linked, from where the panes stand. */
  set(links: Record<LinkKind, boolean>): void {
    if (links.SCROLL !== this.links.SCROLL) this.forget();
    this.links = links;
    this.restart();
  }

  /** The panes stand where they stand: another one leads, or another series is shown. */
  restart(): void {
    this.starts = new Map(
      this.panes().map((pane) => [pane.id, (this.placeBefore(pane) ?? pane.store.get()).index]),
    );
  }

  /** A pane is about to go: while it is away the others move on without it. */
  leave(pane: Pane): void {
    if (pane.view !== "STACK") return;
    this.away.add(pane.id);
    for (const one of this.panes()) {
      const place = one.view === "STACK" && !this.apart.has(one.id) ? stackPlace(one) : null;
      if (place) this.apart.set(one.id, place);
    }
  }

  /** The panes are hung anew: how they stood with each other before counts no more. */
  forget(): void {
    this.apart.clear();
    this.away.clear();
  }

  /**
   * A pane shows other slices than before, or is there again. What is linked stands in step from the start: in one frame
   * of reference at the same place, else as far from the others as when it went; and in the same window.
   */
  catchUp(leader: Pane | undefined): void {
    const { apart } = this;
    for (const pane of this.panes()) if (stackPlace(pane) && !this.placeBefore(pane)) apart.delete(pane.id);
    this.restart();
    const shown = this.panes().filter(isShown);
    if (leader && isShown(leader)) {
      for (const pane of shown) if (pane !== leader) this.lead(pane, leader);
    }
    for (const pane of shown) this.away.delete(pane.id);
    const isWhole = [...apart.keys()].every((id) => shown.some((pane) => pane.id === id));
    if (isWhole) this.forget();
  }

  /** Where a stack stood with the others when one of them went; undefined where it shows another series now. */
  private placeBefore(pane: Pane): StackPlace | undefined {
    const before = this.apart.get(pane.id);
    return before?.seriesInstanceUid === stackPlace(pane)?.seriesInstanceUid ? before : undefined;
  }

  private lead(pane: Pane, leader: Pane): void {
    this.isFollowing = true;
    if (this.links.SCROLL) this.scroll(pane, leader);
    const isBack = this.away.has(pane.id) && this.placeBefore(pane) !== undefined;
    if (this.links.WINDOW && isBack) this.move(pane, leader, "WINDOW");
    this.isFollowing = false;
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

/** A stack by its series and slice. */
interface StackPlace {
  seriesInstanceUid: string;
  index: number;
}

function stackPlace(pane: Pane): StackPlace | null {
  const [first] = pane.slices;
  return first ? { seriesInstanceUid: first.seriesInstanceUid, index: pane.store.get().index } : null;
}

/** Before its first image is there, a pane can be told nothing. */
function isShown(pane: Pane): boolean {
  return pane.look() !== null;
}

function modalityOf(pane: Pane): string | undefined {
  return pane.slices[0]?.modality;
}
