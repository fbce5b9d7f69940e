import { type LoadProgress, Prefetch } from "./prefetch";
import type { Slice } from "./slices";

type ProgressListener = (progress: LoadProgress) => void;

interface Load {
  prefetch: Prefetch;
  listeners: Set<ProgressListener>;
}

/** One pane's part in the loading of a series. */
export interface SeriesLoad {
  readonly progress: LoadProgress;
  /** Load what is missing, beginning here. */
  around: (index: number) => void;
  retryFailed: (index: number) => void;
  markLoaded: (imageId: string) => void;
  /** This pane shows it no longer; the last one to leave stops the loading. */
  release: () => void;
}

/** A series is loaded once, however many panes show it. */
export class SeriesLoads {
  private readonly loads = new Map<Slice[], Load>();

  take(slices: Slice[], onProgress: ProgressListener): SeriesLoad {
    const load = this.loads.get(slices) ?? this.start(slices);
    const { prefetch, listeners } = load;
    listeners.add(onProgress);
    return {
      get progress() {
        return prefetch.progress;
      },
      around: (index) => prefetch.around(index),
      retryFailed: (index) => prefetch.retryFailed(index),
      markLoaded: (imageId) => prefetch.markLoaded(imageId),
      release: () => {
        if (!listeners.delete(onProgress) || listeners.size > 0) return;
        prefetch.stop();
        this.loads.delete(slices);
      },
    };
  }

  private start(slices: Slice[]): Load {
    const listeners = new Set<ProgressListener>();
    const imageIds = slices.map((slice) => slice.imageId);
    const tell = (progress: LoadProgress) => {
      for (const listener of listeners) listener(progress);
    };
    const load = { prefetch: new Prefetch(imageIds, tell), listeners };
    this.loads.set(slices, load);
    return load;
  }
}
