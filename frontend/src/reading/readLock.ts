/** What happens to a window's turn at a read, within this browser. */
export interface ReadLockEvents {
  onLocked: () => void;
  onLockedByOtherWindow: () => void;
  /** Another window asks for its turn: stop editing at once, and answer when everything is written down. */
  onYield: () => Promise<void>;
}

// A window that is frozen or hangs does not answer; its work is in the browser's storage already.
const ANSWER_WITHIN_MS = 1000;

/** The browser's lock on a read: who writes its drafts holds it. */
export function lockName(readId: string): string {
  return `overread-read-${readId}`;
}

/**
 * One window of this browser edits a read at a time (Web Locks, https://www.w3.org/TR/web-locks/). Who comes second
 * waits for its turn; `takeOver` asks the first to stop and takes the lock from it.
 */
export class ReadLock {
  private readonly name: string;
  private readonly events: ReadLockEvents;
  private readonly channel: BroadcastChannel;
  private waiting: AbortController | null = null;
  private release: (() => void) | null = null;
  private isStopped = false;

  constructor(readId: string, events: ReadLockEvents) {
    this.name = lockName(readId);
    this.events = events;
    this.channel = new BroadcastChannel(this.name);
    this.channel.addEventListener("message", this.onMessage);
    this.tryAtOnce();
  }

  get isHeld(): boolean {
    return this.release !== null;
  }

  async takeOver(): Promise<void> {
    if (this.isHeld || this.isStopped) return;
    await this.askToYield();
    if (this.isHeld || this.isStopped) return;
    this.waiting?.abort();
    this.request({ steal: true });
  }

  stop(): void {
    this.isStopped = true;
    this.waiting?.abort();
    this.release?.();
    this.release = null;
    this.channel.close();
  }

  private tryAtOnce(): void {
    this.request({ ifAvailable: true });
  }

  private waitForTurn(): void {
    if (this.isStopped) return;
    this.events.onLockedByOtherWindow();
    this.waiting = new AbortController();
    this.request({ signal: this.waiting.signal });
  }

  private request(options: LockOptions): void {
    navigator.locks
      .request(this.name, options, (lock) => {
        if (!lock) {
          // Asking again inside the callback would wait for itself.
          queueMicrotask(() => this.waitForTurn());
          return undefined;
        }
        return this.hold();
      })
      .catch((error: unknown) => this.onLockGone(error));
  }

  private hold(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const held = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    this.events.onLocked();
    return held;
  }

  /** The lock was taken from us, or waiting was given up. */
  private onLockGone(error: unknown): void {
    if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
    if (!this.isHeld || this.isStopped) return;
    this.release = null;
    this.waitForTurn();
  }

  private askToYield(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        window.clearTimeout(timer);
        this.channel.removeEventListener("message", onAnswer);
        resolve();
      };
      const onAnswer = (event: MessageEvent) => event.data === "yielded" && done();
      const timer = window.setTimeout(done, ANSWER_WITHIN_MS);
      this.channel.addEventListener("message", onAnswer);
      this.channel.postMessage("yield");
    });
  }

  private readonly onMessage = (event: MessageEvent) => {
    if (event.data !== "yield" || !this.isHeld) return;
    void this.events.onYield().finally(() => {
      if (!this.isStopped) this.channel.postMessage("yielded");
    });
  };
}
