import { createStore, del, delMany, entries, get, keys, set } from "idb-keyval";
import { Problem } from "@/api/problem";
import { getSegment, putSegment } from "@/api/segments";
import { EMPTY_PAYLOAD, isSegment, type ReadPayload, type SegmentGeometry } from "@/domain/payload";
import {
  changesBetween,
  digestOf,
  parsedSegment,
  type Segment,
  segmentText,
  toJson,
} from "@/domain/segments";

const database = createStore("overread-segments", "versions");

// Strokes of a long session; slices are shared, and what is let go can be had again from the browser or the server.
const KEPT_VERSIONS = 300;

/** The segments that a payload names. */
export function segmentsIn(payload: ReadPayload): SegmentGeometry[] {
  return payload.findings.flatMap(({ marks }) => marks.map(({ geometry }) => geometry).filter(isSegment));
}

interface KeptVersion {
  text: string;
  keptAt: string;
}

interface Version {
  sha256: string;
  segment: Segment;
}

/**
 * Every version of the segments of one read, by its digest: in memory, in the browser until it is sent, and then on
 * the server. A version never changes, so undo is only a matter of naming another one.
 */
export class SegmentStore {
  private readonly versions = new Map<string, Segment>();
  /** Versions that are in memory alone: the browser had no room, and they are not sent. */
  private readonly onlyHere = new Set<string>();
  private readonly held = new Set<string>();
  /** The newest version of each segment that the server has: the base of what is sent next. */
  private readonly newestHeld = new Map<string, string>();

  constructor(
    private readonly personId: string,
    private readonly readId: string,
    stored: ReadPayload,
  ) {
    for (const { segment_id, sha256 } of segmentsIn(stored)) this.noteHeld(segment_id, sha256);
  }

  /** Keep a version; when the digest is there it is in this browser, or the browser cannot keep it. */
  async add(segment: Segment): Promise<{ sha256: string; isKept: boolean }> {
    const text = segmentText(segment);
    const sha256 = await digestOf(text);
    if (!this.held.has(sha256)) this.onlyHere.add(sha256);
    this.remember(sha256, segment);
    const isKept = await set(this.key(sha256), { text, keptAt: new Date().toISOString() }, database).then(
      () => true,
      () => false,
    );
    if (isKept) this.onlyHere.delete(sha256);
    return { sha256, isKept };
  }

  /** A version that is in memory. */
  peek(sha256: string): Segment | undefined {
    return this.versions.get(sha256);
  }

  async version(segmentId: string, sha256: string): Promise<Segment> {
    const known = this.versions.get(sha256);
    if (known) return known;
    const kept = await get<KeptVersion>(this.key(sha256), database).catch(() => undefined);
    const text = kept?.text ?? JSON.stringify(await getSegment(this.readId, segmentId, sha256));
    const segment = parsedSegment(text);
    if ((await digestOf(segmentText(segment))) !== sha256) throw new Error("The segment is damaged.");
    if (kept === undefined) this.noteHeld(segmentId, sha256);
    this.remember(sha256, segment);
    return segment;
  }

  /** Send every version that a payload names and the server lacks: voxels go before the draft that names them. */
  async upload(payload: ReadPayload): Promise<void> {
    for (const { segment_id, sha256 } of segmentsIn(payload)) {
      if (!this.held.has(sha256)) await this.uploadOne(segment_id, sha256);
      this.newestHeld.set(segment_id, sha256);
    }
  }

  async uploadOne(segmentId: string, sha256: string): Promise<void> {
    const segment = await this.version(segmentId, sha256);
    if (this.held.has(sha256)) return;
    try {
      await this.put(segmentId, { sha256, segment }, this.baseOf(segmentId));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "unknown_base") throw error;
      await this.put(segmentId, { sha256, segment }, null);
    }
    this.noteHeld(segmentId, sha256);
    // It can be had from there, so that a day's strokes on large organs do not fill the browser.
    void del(this.key(sha256), database).catch(() => undefined);
  }

  private baseOf(segmentId: string): Version | null {
    const sha256 = this.newestHeld.get(segmentId);
    const segment = sha256 === undefined ? undefined : this.versions.get(sha256);
    return sha256 !== undefined && segment ? { sha256, segment } : null;
  }

  private put(segmentId: string, { sha256, segment }: Version, base: Version | null): Promise<unknown> {
    return putSegment(this.readId, segmentId, {
      base_sha256: base?.sha256 ?? null,
      sha256,
      // The digest says what it is, so sending it again is the same request.
      idempotency_key: `${segmentId.slice(0, 8)}-${sha256.slice(0, 40)}`,
      series_instance_uid: segment.seriesInstanceUid,
      rows: segment.rows,
      columns: segment.columns,
      changed: changesBetween(base?.segment ?? null, segment).map(toJson),
    });
  }

  /** Signed: nothing is left to send or to undo. */
  async forget(): Promise<void> {
    const prefix = this.key("");
    const all = await keys<string>(database);
    await delMany(
      all.filter((key) => key.startsWith(prefix)),
      database,
    );
  }

  private remember(sha256: string, segment: Segment): void {
    this.versions.set(sha256, segment);
    if (this.versions.size <= KEPT_VERSIONS) return;
    for (const oldest of this.versions.keys()) {
      if (this.onlyHere.has(oldest)) continue;
      this.versions.delete(oldest);
      return;
    }
  }

  private noteHeld(segmentId: string, sha256: string): void {
    this.held.add(sha256);
    this.onlyHere.delete(sha256);
    this.newestHeld.set(segmentId, sha256);
  }

  // A workstation is shared: each person's work lies under their own id.
  private key(sha256: string): string {
    return `${this.personId}/${this.readId}/${sha256}`;
  }
}

const open = new Map<string, SegmentStore>();
// Leaving a case still sends; a hundred cases in a row do not grow the tab.
const MOST_OPEN = 3;

/** The store of a read. */
export function segmentStoreOf(personId: string, readId: string, stored: ReadPayload): SegmentStore {
  const key = `${personId}/${readId}`;
  const store = open.get(key) ?? new SegmentStore(personId, readId, stored);
  open.delete(key);
  open.set(key, store);
  const [oldest] = open.keys();
  if (oldest !== undefined && open.size > MOST_OPEN) open.delete(oldest);
  return store;
}

/** Before a draft or a signature goes out, also one that an earlier stay has left in this browser. */
export async function uploadSegments(personId: string, readId: string, payload: ReadPayload): Promise<void> {
  if (segmentsIn(payload).length === 0) return;
  await segmentStoreOf(personId, readId, EMPTY_PAYLOAD).upload(payload);
}

/** A browser that cannot forget has most likely kept nothing; if it has, it goes after 30 days. */
export async function forgetSegments(personId: string, readId: string): Promise<void> {
  await segmentStoreOf(personId, readId, EMPTY_PAYLOAD)
    .forget()
    .catch(() => undefined);
}

/** The voxels that a payload names, by digest; null for those that are neither in this browser nor on the server. */
export async function segmentsOf(
  personId: string,
  readId: string,
  payload: ReadPayload,
): Promise<Record<string, unknown>> {
  const store = segmentStoreOf(personId, readId, EMPTY_PAYLOAD);
  const found = segmentsIn(payload).map(async ({ segment_id, sha256 }) => {
    const segment = await store.version(segment_id, sha256).catch(() => null);
    return [sha256, segment && JSON.parse(segmentText(segment))];
  });
  return Object.fromEntries(await Promise.all(found));
}

const VERSIONS_LIVE_MS = 30 * 24 * 3_600_000;

/** Versions of reads that nobody has come back to, of whomever; as long as the histories that name them. */
export async function forgetOldSegments(now: Date): Promise<void> {
  const all = await entries<string, KeptVersion>(database);
  const oldest = new Date(now.getTime() - VERSIONS_LIVE_MS).toISOString();
  await delMany(
    all.filter(([, kept]) => kept.keptAt < oldest).map(([key]) => key),
    database,
  );
}
