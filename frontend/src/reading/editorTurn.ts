import type { GivenTurn } from "@/api/opening";
import { Problem } from "@/api/problem";
import { askToEdit, type EditorRequest, type SittingReport } from "@/api/reading";
import { type Editing, type EditingEvent, reduceEditing } from "@/domain/editing";
import { browserName } from "./browserName";
import { ReadLock } from "./readLock";

const HEARTBEAT_MS = 20_000;
// Whoever waits for another device or for the server wants to know soon that the wait is over.
const WAITING_MS = 5000;

export interface EditorTurnOptions {
  readId: string;
  /** What the server said of the turn when the read was opened, if it did and that was just now. */
  given: GivenTurn | null;
  report: () => SittingReport;
  /** Whether the screen already shows what the server holds, or has unsent work whose base the server will judge. */
  isCurrent: (revision: number) => boolean;
  /** Load the read anew before it may be changed here. */
  reload: () => Promise<void>;
  /** Another window takes the turn in a moment: from now on nothing may be changed here. */
  onYield: () => void;
  /** Resolves once everything on this screen is written down in this browser. */
  written: () => Promise<void>;
  /** Sends what is still unsent, because the screen is being left. */
  lastWords: () => Promise<void>;
  /** Whether the server answers, as the heartbeat finds it: null, or what went wrong. */
  onAnswer: (error: unknown) => void;
  /** Which priors are shown now, by their Study Instance UIDs. */
  onPriors: (shown: string[]) => void;
  /** The read was signed in another window. */
  onFrozen: () => void;
  onChange: (editing: Editing) => void;
}

/** This window's turn at editing a read: among the windows of this browser by a lock, among browsers by a lease. */
export class EditorTurn {
  private editing: Editing = { is: "asking" };
  private readonly options: EditorTurnOptions;
  private readonly lock: ReadLock;
  private readonly timer: number;
  private wish: "HOLD" | "TAKE_OVER" = "HOLD";
  private given: GivenTurn | null;
  private mustReload = false;
  private isAsking = false;
  private isStopped = false;
  private isAnswered = true;
  private lastAsked_ms = 0;

  constructor(options: EditorTurnOptions) {
    this.options = options;
    this.given = options.given;
    this.lock = new ReadLock(options.readId, {
      onLocked: () => {
        this.take({ type: "locked" });
        void this.takeGiven();
      },
      onLockedByOtherWindow: () => this.take({ type: "locked_by_other_window" }),
      onYield: async () => {
        options.onYield();
        await options.written();
        this.take({ type: "locked_by_other_window" });
      },
    });
    this.timer = window.setInterval(() => this.beat(), WAITING_MS);
    window.addEventListener("online", this.askNow);
  }

  /** Edit here, whoever edits now. */
  async takeOver(): Promise<void> {
    this.wish = "TAKE_OVER";
    if (this.lock.isHeld) await this.ask();
    else await this.lock.takeOver();
  }

  /** A save was refused because another browser edits the read now. */
  lost(since: string | null): void {
    this.take({ type: "held_elsewhere", since });
  }

  /** Leaving: the next one need not wait for the lease to run out. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    window.clearInterval(this.timer);
    window.removeEventListener("online", this.askNow);
    const isEditor = this.editing.is === "editor" && this.lock.isHeld;
    this.lock.stop();
    if (!isEditor) return;
    // Unreachable: then the lease runs out by itself.
    const giveBack = () => void this.request("RELEASE").catch(() => undefined);
    void this.options.lastWords().then(giveBack, giveBack);
  }

  /** Ask the server now instead of with the next heartbeat. */
  readonly askNow = () => {
    if (this.lock.isHeld) void this.ask();
  };

  /** The turn that came along with the read, or the one to be asked for where another window had the read since. */
  private async takeGiven(): Promise<void> {
    const { given } = this;
    this.given = null;
    if (!given || this.mustReload) return this.ask();
    // The farewell of the page that was here before may still be on its way and give the lease back: hold it again soon.
    this.lastAsked_ms = performance.now() - HEARTBEAT_MS + WAITING_MS;
    if (given.is_held) await this.begin(given.revision);
    else this.take({ type: "held_elsewhere", since: given.held_since });
  }

  private beat(): void {
    const pause_ms = this.editing.is === "editor" && this.isAnswered ? HEARTBEAT_MS : WAITING_MS;
    if (this.lock.isHeld && performance.now() - this.lastAsked_ms >= pause_ms) void this.ask();
  }

  private request(wish: EditorRequest["wish"]) {
    const { readId, report } = this.options;
    return askToEdit(readId, { editor: browserName(), wish, sitting: report() });
  }

  private async ask(): Promise<void> {
    if (this.isAsking || this.isStopped) return;
    this.isAsking = true;
    this.lastAsked_ms = performance.now();
    try {
      const { revision_number, priors_shown } = await this.request(this.wish);
      this.wish = "HOLD";
      this.isAnswered = true;
      this.options.onAnswer(null);
      this.options.onPriors(priors_shown);
      await this.begin(revision_number);
    } catch (error) {
      await this.refused(error);
    } finally {
      this.isAsking = false;
    }
  }

  private async begin(revision: number): Promise<void> {
    if (this.editing.is !== "editor") {
      if (this.mustReload || !this.options.isCurrent(revision)) await this.options.reload();
      this.mustReload = false;
    }
    // The turn may have been lost while the read was loading.
    if (this.lock.isHeld) this.take({ type: "held" });
  }

  private async refused(error: unknown): Promise<void> {
    const event = eventOfRefusal(error);
    this.isAnswered = event.type !== "unanswered";
    this.options.onAnswer(this.isAnswered ? null : error);
    if (error instanceof Problem && error.code === "wrong_state") this.options.onFrozen();
    // Without the server the other window's work still lies in this browser.
    if (event.type === "unanswered" && this.editing.is === "asking" && this.mustReload) {
      await this.options.reload();
      this.mustReload = false;
    }
    if (this.lock.isHeld) this.take(event);
  }

  private take(event: EditingEvent): void {
    const next = reduceEditing(this.editing, event);
    if (next === this.editing || this.isStopped) return;
    this.editing = next;
    if (next.is === "elsewhere") this.mustReload = true;
    this.options.onChange(next);
  }
}

function eventOfRefusal(error: unknown): EditingEvent {
  if (!(error instanceof Problem) || error.code !== "held_elsewhere") return { type: "unanswered" };
  return { type: "held_elsewhere", since: (error.document.held_since as string | null) ?? null };
}
