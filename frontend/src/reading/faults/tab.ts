import { openRead } from "@/api/opening";
import { Problem, Unreachable } from "@/api/problem";
import { askToEdit, type Read, saveDraft } from "@/api/reading";
import { signInAgain } from "@/api/session";
import {
  type AutosaveEvent,
  canSend,
  hasUnsaved,
  localCopy,
  needsLocalCopy,
  resumeAutosave,
  startAutosave,
} from "@/domain/autosave";
import type { Edit } from "@/domain/edits";
import type { ReadPayload } from "@/domain/payload";
import { type ReadSession, reduceSession, type SessionEvent, startSession } from "@/domain/session";
import { forget, keep, loadKept } from "../localReads";
import { eventOfFailure, requestOf } from "../saver";
import { type Device, type Fate, on } from "./network";

export interface Account {
  userId: string;
  password: string;
}

const NO_TIME = { key: "sitting-of-the-model", phases: {} };

/**
 * A window without a screen: the same reducer, requests and browser storage as the reading room, driven step by step.
 * Whose turn it is within a browser is modelled by the caller, who lets one window of a device edit at a time.
 */
export class Tab {
  readonly device: Device;
  private readonly account: Account;
  private readonly assignmentId: string;
  private read: Read | null = null;
  private state: ReadSession | null = null;
  isEditor = false;
  /** The last thing that the line or the server has done to it, for whoever looks for a fault. */
  trouble = "none";

  constructor(device: Device, account: Account, assignmentId: string) {
    this.device = device;
    this.account = account;
    this.assignmentId = assignmentId;
  }

  get session(): ReadSession {
    if (!this.state) throw new Error("the window is not open");
    return this.state;
  }

  get isOpen(): boolean {
    return this.state !== null;
  }

  get payload(): ReadPayload {
    return this.session.save.payload;
  }

  /** Close without a word, as a crash does. */
  crash(): void {
    this.state = null;
    this.isEditor = false;
  }

  /** Ask for the turn; with it, load what the server and this browser hold. False when it was not to be had. */
  async begin(fate: Fate): Promise<boolean> {
    this.isEditor = false;
    try {
      const read = await this.withSession(fate, () => openRead(this.assignmentId));
      const body = { editor: this.device.name, wish: "TAKE_OVER", sitting: NO_TIME } as const;
      await on(this.device, "ok", () => askToEdit(read.id, body));
      // Another window may have saved between the two.
      await this.resume(await on(this.device, "ok", () => openRead(this.assignmentId)));
      this.isEditor = true;
    } catch (error) {
      this.forgive(error);
    }
    return this.isEditor;
  }

  private async resume(read: Read): Promise<void> {
    this.read = read;
    const kept = await loadKept(this.storageName, read.id);
    const server = startAutosave(read.payload, read.revision_number, read.saved_at);
    this.state = startSession(resumeAutosave(server, kept?.copy));
  }

  // Two devices have two storages; the model's browser has one, so the device is part of the name.
  private get storageName(): string {
    return `${this.device.name}-${this.account.userId}`;
  }

  edit(edit: Edit): Promise<void> {
    return this.dispatch({ type: "edit", edit, at_ms: Date.now() });
  }

  undo(): Promise<void> {
    return this.dispatch({ type: "undo", at_ms: Date.now() });
  }

  merge(payload: ReadPayload): Promise<void> {
    return this.save({ type: "merged", payload, at: new Date().toISOString() });
  }

  get mustSend(): boolean {
    return this.isEditor && canSend(this.session.save);
  }

  get isClean(): boolean {
    return !hasUnsaved(this.session.save) && this.session.save.conflict === null;
  }

  /** Send what is due; returns the draft that the server has acknowledged, if it has. */
  async send(fate: Fate): Promise<ReadPayload | null> {
    if (!this.mustSend) return null;
    await this.save({ type: "sent", idempotencyKey: crypto.randomUUID() });
    const { sending } = this.session.save;
    if (!sending) throw new Error("a draft that is due was not sent");
    const body = requestOf(sending, this.device.name, NO_TIME);
    try {
      const saved = await on(this.device, fate, () => saveDraft(this.readId, body));
      await this.save({ type: "stored", revision: saved.revision_number, savedAt: saved.saved_at });
      return sending.payload;
    } catch (error) {
      await this.failed(error);
      return null;
    }
  }

  private async failed(error: unknown): Promise<void> {
    const event = eventOfFailure(error);
    if (event.type === "held_elsewhere") {
      await this.save(event);
      this.isEditor = false;
      return;
    }
    if (event.type === "obstructed" && event.obstacle.reason === "refused") throw error;
    await this.save(event);
    if (event.type === "obstructed" && event.obstacle.reason === "signed_out") await this.signInAgain();
  }

  get readId(): string {
    if (!this.read) throw new Error("the window is not open");
    return this.read.id;
  }

  private async save(event: AutosaveEvent): Promise<void> {
    await this.dispatch({ type: "save", event });
  }

  /** Every change is written down in the browser, as the reading room does. */
  private async dispatch(event: SessionEvent): Promise<void> {
    this.state = reduceSession(this.session, event);
    if (!this.isEditor) return;
    const { save } = this.session;
    const keptAt = new Date().toISOString();
    const kept = {
      readId: this.readId,
      assignmentId: this.assignmentId,
      caseName: "",
      keptAt,
      copy: localCopy(save),
    };
    if (needsLocalCopy(save)) await keep(this.storageName, this.readId, kept);
    else await forget(this.storageName, this.readId);
  }

  private async withSession<T>(fate: Fate, request: () => Promise<T>): Promise<T> {
    try {
      return await on(this.device, fate, request);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      await this.signInAgain();
      return on(this.device, "ok", request);
    }
  }

  /** The password in place; an unreachable server is asked again with the next step. */
  async signInAgain(): Promise<void> {
    await on(this.device, "ok", () => signInAgain(this.account.userId, this.account.password)).catch(
      (error: unknown) => this.forgive(error),
    );
  }

  /** Only what a line does is forgiven. */
  private forgive(error: unknown): void {
    if (!isOfTheLine(error)) throw error;
    const cause = error instanceof Unreachable ? ` (${String(error.cause)})` : "";
    this.trouble = `${String(error)}${cause}`;
  }
}

/** What a cut line, a dead server or an ended session brings; anything else is a fault of the client or the server. */
function isOfTheLine(error: unknown): boolean {
  if (error instanceof Problem) return error.status >= 500 || error.status === 401;
  return error instanceof Unreachable;
}
