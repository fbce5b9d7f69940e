/** The frames `first` to `last` of a series, from 1. */
export interface BundleRange {
  first: number;
  last: number;
}

interface Waiting extends BundleRange {
  start: () => void;
}

// Two bundles keep the line busy and leave connections for the slice under the reader's eye.
const AT_ONCE = 2;

/** Lets few bundles run at a time; the one nearest to where the reader is looking comes next. */
export class BundleQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;
  /** The frame that was last wanted at once. */
  focus = 1;

  run<T>(range: BundleRange, task: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        this.running += 1;
        task()
          .then(resolve, reject)
          .finally(() => {
            this.running -= 1;
            this.pump();
          });
      };
      this.waiting.push({ ...range, start });
      // Later, so that of many asked for together the nearest is first.
      queueMicrotask(() => this.pump());
    });
  }

  private pump(): void {
    while (this.running < AT_ONCE && this.waiting.length > 0) {
      let nearest = 0;
      for (let index = 1; index < this.waiting.length; index += 1) {
        if (this.distanceOf(index) < this.distanceOf(nearest)) nearest = index;
      }
      const [next] = this.waiting.splice(nearest, 1);
      next?.start();
    }
  }

  private distanceOf(index: number): number {
    const range = this.waiting[index];
    if (!range) return Number.POSITIVE_INFINITY;
    return Math.max(range.first - this.focus, this.focus - range.last, 0);
  }
}
