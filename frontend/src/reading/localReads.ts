import { createStore, del, entries, get, set } from "idb-keyval";
import type { LocalCopy } from "@/domain/autosave";
import type { History } from "@/domain/history";
import type { ReadPayload } from "@/domain/payload";
import { upgradedCopy, upgradedHistory } from "@/domain/payloadUpgrade";
import { forgetChange, noteChange, notedChange, notedKeys } from "./lastChange";

/** A read's unsent work as kept in the browser, with what the worklist needs to lead back to it. */
export interface KeptRead {
  readId: string;
  assignmentId: string;
  caseName: string;
  keptAt: string;
  copy: LocalCopy;
}

/** The way back and forth through a read, so that undo outlives a reload. */
interface KeptHistory {
  keptAt: string;
  history: History<ReadPayload>;
}

const store = createStore("overread", "unsent-reads");
const histories = createStore("overread-histories", "histories");

// A workstation is shared: each person's work lies under their own id and is offered to nobody else.
const keyOf = (personId: string, readId: string) => `${personId}/${readId}`;

/** Under which the application has what it has loaded of this. */
export function keptReadQueryKey(personId: string, readId: string): string[] {
  return ["kept-read", personId, readId];
}

export async function loadKept(personId: string, readId: string): Promise<KeptRead | undefined> {
  const key = keyOf(personId, readId);
  const kept = newerOf(await get<KeptRead>(key, store), notedChange<KeptRead>(key));
  // It may have been written by an older page.
  return kept && ofThisVersion(kept, readId);
}

/** The last change is noted before it is kept, so a note is never older unless its removal was cut short. */
function newerOf(kept: KeptRead | undefined, noted: KeptRead | undefined): KeptRead | undefined {
  return noted && (!kept || noted.keptAt >= kept.keptAt) ? noted : kept;
}

let lastWrite: Promise<void> = Promise.resolve();
/** The newest change of each read whose write has begun: only its end makes the note needless. */
const newest = new Map<string, KeptRead>();

export function keep(personId: string, readId: string, kept: KeptRead): Promise<void> {
  const key = keyOf(personId, readId);
  newest.set(key, kept);
  noteChange(key, kept);
  lastWrite = set(key, kept, store).then(() => {
    if (newest.get(key) === kept) forgetChange(key);
  });
  return lastWrite;
}

export function forget(personId: string, readId: string): Promise<void> {
  const key = keyOf(personId, readId);
  newest.delete(key);
  forgetChange(key);
  lastWrite = del(key, store);
  return lastWrite;
}

/** Resolves when the last write of this window is done, well or badly. */
export function written(): Promise<void> {
  return lastWrite.catch(() => undefined);
}

/** Everything of this person that never reached the server. */
export async function listKept(personId: string): Promise<KeptRead[]> {
  const prefix = `${personId}/`;
  const all = new Map(await entries<string, KeptRead>(store));
  for (const key of notedKeys(prefix)) {
    const kept = newerOf(all.get(key), notedChange<KeptRead>(key));
    if (kept) all.set(key, kept);
  }
  return [...all]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, kept]) => ofThisVersion(kept, key.slice(prefix.length)))
    .filter(({ copy }) => copy.sending !== null || copy.unsentSince !== null);
}

function ofThisVersion(kept: KeptRead, readId: string): KeptRead {
  return { ...kept, readId, copy: upgradedCopy(kept.copy, kept.keptAt) };
}

export async function loadHistory(
  personId: string,
  readId: string,
): Promise<History<ReadPayload> | undefined> {
  const kept = await get<KeptHistory>(keyOf(personId, readId), histories);
  return kept && upgradedHistory(kept.history);
}

export function keepHistory(personId: string, readId: string, history: History<ReadPayload>): Promise<void> {
  return set(keyOf(personId, readId), { keptAt: new Date().toISOString(), history }, histories);
}

export function forgetHistory(personId: string, readId: string): Promise<void> {
  return del(keyOf(personId, readId), histories);
}

/** The read is signed: nothing of it is left to send or to undo. */
export async function forgetRead(personId: string, readId: string): Promise<void> {
  // A browser that cannot forget has most likely kept nothing; if it has, opening the read offers it again.
  await Promise.allSettled([forget(personId, readId), forgetHistory(personId, readId)]);
}

const HISTORY_LIVES_MS = 30 * 24 * 3_600_000;

/** Histories of reads that nobody has come back to, of whomever. */
export async function forgetOldHistories(now: Date): Promise<void> {
  const all = await entries<string, KeptHistory>(histories);
  const oldest = new Date(now.getTime() - HISTORY_LIVES_MS).toISOString();
  await Promise.all(all.filter(([, kept]) => kept.keptAt < oldest).map(([key]) => del(key, histories)));
}
