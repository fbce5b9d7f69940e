import { askToEdit } from "@/api/reading";
import { samePayload } from "@/domain/payload";
import { browserName } from "./browserName";
import { forget, type KeptRead, keep, listKept } from "./localReads";
import { lockName } from "./readLock";
import { eventOfFailure, requestOf } from "./saver";
import { saveDraft } from "./segments/sendRead";

/**
 * Send what earlier stays have left in this browser, oldest first, and return what could not be sent. Only what the
 * server takes as it is: what was changed elsewhere too, or is open in another window, waits until its case is opened.
 */
export async function sendAllKept(personId: string): Promise<KeptRead[]> {
  const all = (await listKept(personId)).sort((one, other) => (one.keptAt < other.keptAt ? -1 : 1));
  const waiting: KeptRead[] = [];
  for (const kept of all) {
    const isSent = await navigator.locks.request(lockName(kept.readId), { ifAvailable: true }, (lock) =>
      lock ? sendKept(personId, kept) : false,
    );
    if (!isSent) waiting.push(kept);
  }
  return waiting;
}

async function sendKept(personId: string, kept: KeptRead): Promise<boolean> {
  const { copy, readId } = kept;
  try {
    let { revision } = copy;
    if (copy.sending) revision = await send(personId, readId, copy.sending);
    if (!copy.sending || !samePayload(copy.sending.payload, copy.payload)) {
      const idempotencyKey = crypto.randomUUID();
      revision = await send(personId, readId, {
        idempotencyKey,
        baseRevision: revision,
        payload: copy.payload,
      });
    }
    await settle(personId, kept, revision);
    // No window of this browser edits it: another device need not wait for the lease to run out.
    await askToEdit(readId, { editor: browserName(), wish: "RELEASE", sitting: null });
    return true;
  } catch (error) {
    const event = eventOfFailure(error);
    if (event.type !== "stale" || !samePayload(event.payload, copy.payload)) return false;
    // The last draft of the window that was just left has arrived meanwhile.
    await settle(personId, kept, event.revision);
    return true;
  }
}

async function send(
  personId: string,
  readId: string,
  sending: Parameters<typeof requestOf>[0],
): Promise<number> {
  return (await saveDraft(personId, readId, requestOf(sending, browserName(), null))).revision_number;
}

/** The server has it; only a version set aside is still to be kept here. */
async function settle(personId: string, kept: KeptRead, revision: number): Promise<void> {
  if (kept.copy.setAside.length === 0) return forget(personId, kept.readId);
  const copy = { ...kept.copy, revision, sending: null, unsentSince: null };
  await keep(personId, kept.readId, { ...kept, copy });
}
