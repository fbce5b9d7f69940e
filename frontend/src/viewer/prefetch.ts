import { cache, Enums, imageLoader, imageLoadPoolManager } from "@cornerstonejs/core";
import { outwardFrom } from "./order";

const { RequestType } = Enums;

export interface LoadProgress {
  loaded: number;
  failed: number;
  total: number;
}

// So often the page says how far it is: each time it draws itself anew.
const TELL_EVERY_MS = 100;

/** Loads every slice of a series in the background, those nearest to the reader's eye first. */
export class Prefetch {
  private readonly done = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly underWay = new Set<string>();
  private isStopped = false;
  private telling: number | undefined;

  constructor(
    private readonly imageIds: string[],
    private readonly onProgress: (progress: LoadProgress) => void,
  ) {}

  /** Queue what is missing, in order of distance from a slice. What is already on its way goes on. */
  around(current: number): void {
    if (this.isStopped) return;
    this.dropQueued();
    for (const index of outwardFrom(current, this.imageIds.length)) {
      const imageId = this.imageIds[index];
      if (imageId === undefined || this.isSettled(imageId)) continue;
      imageLoadPoolManager.addRequest(() => this.load(imageId), RequestType.Prefetch, { imageId });
    }
  }

  /** Forget the failures, for example when the network is back. */
  retryFailed(current: number): void {
    this.failed.clear();
    this.around(current);
  }

  stop(): void {
    this.isStopped = true;
    window.clearTimeout(this.telling);
    this.dropQueued();
  }

  /** A slice that the viewport itself has loaded. */
  markLoaded(imageId: string): void {
    if (this.imageIds.includes(imageId)) this.settle(imageId, this.done);
  }

  get progress(): LoadProgress {
    return { loaded: this.done.size, failed: this.failed.size, total: this.imageIds.length };
  }

  private tell(): void {
    window.clearTimeout(this.telling);
    this.telling = undefined;
    if (!this.isStopped) this.onProgress(this.progress);
  }

  private isSettled(imageId: string): boolean {
    return this.done.has(imageId) || this.failed.has(imageId) || this.underWay.has(imageId);
  }

  private dropQueued(): void {
    const own = new Set(this.imageIds);
    imageLoadPoolManager.filterRequests(({ type, additionalDetails }) => {
      return type !== RequestType.Prefetch || !own.has(additionalDetails.imageId ?? "");
    });
  }

  private async load(imageId: string): Promise<void> {
    if (this.isStopped) return;
    this.underWay.add(imageId);
    await nextTask();
    if (this.isStopped) return;
    const isThere = cache.getImage(imageId) !== undefined;
    const loading = isThere ? Promise.resolve() : imageLoader.loadAndCacheImage(imageId);
    await loading.then(
      () => this.settle(imageId, this.done),
      // The viewport says why when the reader comes to this slice; here it only counts as not loaded.
      () => this.settle(imageId, this.failed),
    );
  }

  private settle(imageId: string, into: Set<string>): void {
    this.underWay.delete(imageId);
    if (into === this.done) this.failed.delete(imageId);
    into.add(imageId);
    if (this.done.size + this.failed.size === this.imageIds.length) this.tell();
    else this.telling ??= window.setTimeout(() => this.tell(), TELL_EVERY_MS);
  }
}

/**
 * Wait for a task of one's own. What is in memory already would else come in a single long one, hundreds of slices
 * before the browser draws the first.
 */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
