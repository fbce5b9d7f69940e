import { createStore, del, entries, get, set } from "idb-keyval";
import type { LocalCopy } from "@/domain/autosave";
import { upgradedCopy } from "@/domain/payloadUpgrade";

/** A read's unsent work as kept in the browser, with what the worklist needs to lead back to it. */
export interface KeptRead {
  assignmentId: string;
  caseName: string;
  keptAt: string;
  copy: LocalCopy;
}

const store = createStore("overread", "unsent-reads");

// A workstation is shared: each person's work lies under their own id and is offered to nobody else.
const keyOf = (personId: string, readId: string) => `${personId}/${readId}`;

export async function loadKept(personId: string, readId: string): Promise<KeptRead | undefined> {
  const kept = await get<KeptRead>(keyOf(personId, readId), store);
  // It may have been written by an older page.
  return kept && { ...kept, copy: upgradedCopy(kept.copy) };
}

export function keep(personId: string, readId: string, kept: KeptRead): Promise<void> {
  return set(keyOf(personId, readId), kept, store);
}

export function forget(personId: string, readId: string): Promise<void> {
  return del(keyOf(personId, readId), store);
}

/** Everything of this person that never reached the server. */
export async function listKept(personId: string): Promise<KeptRead[]> {
  const all = await entries<string, KeptRead>(store);
  return all.filter(([key]) => key.startsWith(`${personId}/`)).map(([, kept]) => kept);
}
