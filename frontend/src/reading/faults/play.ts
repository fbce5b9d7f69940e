import { type Choices, mergePayloads, type Side } from "@/domain/mergePayload";
import type { Finding, Mark, ReadPayload } from "@/domain/payload";
import { type Device, deliverLate, endSession, type Fate, newDevice } from "./network";
import { type Step, seeded } from "./script";
import { type Account, Tab } from "./tab";

/** Where a mark may lie on the images of the case. */
export type Place = Mark["geometry"];

export interface Expected {
  /** Findings that the reader has made, and those the reader has taken away again, on purpose and on some window. */
  made: Set<string>;
  takenAway: Set<string>;
  /** Drafts that the server has acknowledged. */
  acknowledged: ReadPayload[];
  merges: number;
}

/** One interleaving: a browser with two windows and a second device, all of one reader on one read. */
export class Play {
  readonly expected: Expected = { made: new Set(), takenAway: new Set(), acknowledged: [], merges: 0 };
  readonly tabs: Tab[];
  private readonly random: () => number;
  private readonly place: Place;

  constructor(seed: number, account: Account, assignmentId: string, place: Place) {
    const browser = newDevice(`browser-${seed}-${crypto.randomUUID()}`);
    const device = newDevice(`device-${seed}-${crypto.randomUUID()}`);
    this.tabs = [browser, browser, device].map((one) => new Tab(one, account, assignmentId));
    this.random = seeded(seed ^ 0x5eed);
    this.place = place;
  }

  get devices(): Device[] {
    return [...new Set(this.tabs.map((tab) => tab.device))];
  }

  /** Start with an empty read, as far as the reader is concerned. */
  async open(): Promise<void> {
    for (const tab of [this.tabs[0], this.tabs[2]]) await tab?.signInAgain();
    const first = this.tabs[0];
    if (!first || !(await this.begin(first, "ok"))) return;
    for (const { id } of first.payload.findings) await first.edit({ type: "finding_removed", id });
  }

  async step(step: Step): Promise<void> {
    if (step.do === "deliver_late") return deliverLate();
    const tab = this.tabs[step.at];
    if (!tab) return;
    if (step.do === "begin") {
      await this.begin(tab, step.fate);
    } else if (step.do === "crash") {
      tab.crash();
    } else if (step.do === "cut_line" || step.do === "mend_line") {
      tab.device.isOnline = step.do === "mend_line";
    } else if (step.do === "end_session") {
      await endSession(tab.device);
    } else {
      const editor = this.editorNear(step.at);
      if (editor) await this.work(editor, step);
    }
  }

  /** The window that is meant, or another one that believes itself to be the editor: on a read-only one nobody works. */
  private editorNear(at: number): Tab | undefined {
    const inTurn = [...this.tabs.slice(at), ...this.tabs.slice(0, at)];
    return inTurn.find((tab) => tab.isOpen && tab.isEditor);
  }

  /** Within a browser one window edits: the others stop, with everything written down, before this one begins. */
  private async begin(tab: Tab, fate: Fate): Promise<boolean> {
    for (const other of this.tabs) if (other.device === tab.device) other.isEditor = false;
    return tab.begin(fate);
  }

  private async work(tab: Tab, step: Step): Promise<void> {
    switch (step.do) {
      case "mark":
        return this.mark(tab);
      case "unmark":
        return this.unmark(tab, step.draw);
      case "answer":
        return tab.edit({ type: "answer", key: "sure", value: Math.floor(step.draw * 101) });
      case "undo":
        return this.changing(tab, () => tab.undo());
      case "merge":
        return this.merge(tab);
      case "send":
        return this.send(tab, step.fate);
      default:
        throw new Error(`${step.do} is no work`);
    }
  }

  private async mark(tab: Tab): Promise<void> {
    const id = crypto.randomUUID();
    const mark = { id: crypto.randomUUID(), geometry: this.place, measurements: {} };
    const finding: Finding = { id, question: null, code: null, confidence: null, answers: {}, marks: [mark] };
    await tab.edit({ type: "finding_added", finding });
    this.expected.made.add(id);
  }

  private async unmark(tab: Tab, draw: number): Promise<void> {
    const { findings } = tab.payload;
    const chosen = findings[Math.floor(draw * findings.length)];
    if (chosen) await this.changing(tab, () => tab.edit({ type: "finding_removed", id: chosen.id }));
  }

  /** Whatever the reader's own hand makes disappear is taken away on purpose. */
  private async changing(tab: Tab, change: () => Promise<void>): Promise<void> {
    const before = idsOf(tab.payload);
    await change();
    const after = idsOf(tab.payload);
    for (const id of before) if (!after.has(id)) this.expected.takenAway.add(id);
  }

  private async send(tab: Tab, fate: Fate): Promise<void> {
    const acknowledged = await tab.send(fate);
    if (acknowledged) this.expected.acknowledged.push(acknowledged);
  }

  /** Merge with a choice at random; a finding may go only where one side had taken it away. */
  private async merge(tab: Tab): Promise<void> {
    const { conflict, payload: mine } = tab.session.save;
    if (!conflict) return;
    const open = mergePayloads(conflict.base, mine, conflict.payload);
    const choices: Choices = Object.fromEntries(open.items.map((item) => [item.id, this.anySide()]));
    const { payload } = mergePayloads(conflict.base, mine, conflict.payload, choices);
    const merged = idsOf(payload);
    for (const id of [...idsOf(mine), ...idsOf(conflict.payload)]) {
      if (!merged.has(id) && !this.expected.takenAway.has(id)) throw new Error(`the merge dropped ${id}`);
    }
    await tab.merge(payload);
    this.expected.merges += 1;
  }

  private anySide(): Side {
    return this.random() < 0.5 ? "mine" : "theirs";
  }

  /** Everything is mended: the lines, the sessions, the windows. Then each device finishes what it has. */
  async recover(): Promise<void> {
    for (const device of this.devices) device.isOnline = true;
    await deliverLate();
    // The second device may bring up what the first has to merge, and the other way round.
    for (const tab of [this.tabs[0], this.tabs[2], this.tabs[1]]) if (tab) await this.finish(tab);
  }

  private async finish(tab: Tab): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(tab.isEditor && tab.isClean)) {
      if (Date.now() > deadline) throw new Error("a window never came to rest");
      if (!tab.isEditor) await this.begin(tab, "ok");
      if (tab.isEditor) {
        await this.merge(tab);
        await this.send(tab, "ok");
      }
      // A killed server needs a moment to come back.
      if (!(tab.isEditor && tab.isClean)) await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}

export function idsOf(payload: ReadPayload): Set<string> {
  return new Set(payload.findings.map((finding) => finding.id));
}
