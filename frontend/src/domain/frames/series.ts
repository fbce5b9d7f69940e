import { framesOfBundle } from "./bundle";
import { BundleQueue, type BundleRange } from "./bundleQueue";
import type { Line } from "./line";
import {
  type DicomInstance,
  type FrameForm,
  type FramePlaces,
  framePlaces,
  hasForm,
  instancesOf,
  lengthOf,
  type Manifest,
  numberOfFrames,
} from "./manifest";

/** One frame's bytes and how they are encoded. */
export interface FrameBytes {
  bytes: Uint8Array<ArrayBuffer>;
  form: FrameForm;
}

/** `now`: under the reader's eye. `aside`: one alone, for its thumbnail. `background`: of the case on the screen. `ahead`: of the next case. */
export type Urgency = "now" | "aside" | "background" | "ahead";

/** Where the frames of a series are, as the server says now. */
export interface Place {
  url: string;
  manifest: Manifest;
}

/** The beginning of a frame that is still on its way: HTJ2K holds the image at low resolution first. */
export type OnBeginning = (bytes: Uint8Array<ArrayBuffer>) => void;

/** Asks to be told once, when so many bytes have come, and how long they took from the first one on. */
export interface EarlyBytes {
  count: number;
  tell: (bytes: Uint8Array<ArrayBuffer>, milliseconds: number) => void;
}

export interface FetchOptions {
  early?: EarlyBytes | undefined;
  signal?: AbortSignal;
}

/** How bytes come from the server. */
export interface Transport {
  /** Asked again when an address has gone. */
  find: () => Promise<Place>;
  fetch: (url: string, urgency: Urgency, options?: FetchOptions) => Promise<ArrayBuffer>;
  /** Was this failure the address having gone? */
  isGone: (failure: unknown) => boolean;
}

// One request costs some milliseconds of its own: on a fast line many small ones would be most of the time.
const BUNDLE_BYTES = 8 * 1024 * 1024;
const MOST_PER_BUNDLE = 32;
// Drawing an image twice takes time too: a shorter wait is not worth it.
const EARLY_FROM_MS = 700;
// Holds a quarter of the resolution of a CT and of a mammogram, with room to spare: measured, docs/performance.md.
const EARLY_SHARE = 1 / 8;
// Raw pixels take long on a line that turns out slow: of a frame this large the line is measured on its beginning.
const LARGE_BYTES = 384 * 1024;
const MEASURED_BYTES = 96 * 1024;
// The first encoded frame of a page waits for the decoder: its code is fetched and compiled.
const DECODER_START_MS = 250;

// Nobody waits for it, but whoever goes to the next case meanwhile finds the line taken.
const FIRST_AHEAD_MS = 2500;

/** A frame that nobody has asked for yet. */
interface Expected {
  frame: Promise<FrameBytes>;
  beginning: Uint8Array<ArrayBuffer> | null;
  onBeginning: OnBeginning | undefined;
}

/** Fetches the frames of one series: the wanted one alone and at once, the others in bundles. */
export class SeriesFrames {
  /** Frames that came with a bundle and wait for being decoded. */
  private readonly waiting = new Map<number, FrameBytes>();
  /** Frames that were fetched alone: the bundle that brings them again need not keep them. */
  private readonly fetchedAlone = new Set<number>();
  private readonly expected = new Map<number, Expected>();
  private readonly bundles = new Map<string, Promise<void>>();
  private readonly queue = new BundleQueue();
  private places: FramePlaces;
  readonly instances: DicomInstance[];

  constructor(
    private place: Place,
    private readonly transport: Transport,
    private readonly line: Line,
  ) {
    this.instances = instancesOf(place.manifest);
    this.places = framePlaces(this.instances, place.manifest.frames);
  }

  get url(): string {
    return this.place.url;
  }

  get numberOfFrames(): number {
    return numberOfFrames(this.place.manifest);
  }

  /** Bytes that are held for frames not yet decoded. */
  get heldBytes(): number {
    let sum = 0;
    for (const { bytes } of this.waiting.values()) sum += bytes.byteLength;
    return sum;
  }

  get form(): FrameForm {
    return hasForm(this.place.manifest, "htj2k") ? this.line.form : "raw";
  }

  /** A frame of an instance; what was fetched ahead is given out once. */
  async load(
    sopInstanceUid: string,
    frame: number,
    urgency: Urgency,
    onBeginning?: OnBeginning,
  ): Promise<FrameBytes> {
    try {
      return await this.loadAt(sopInstanceUid, frame, urgency, onBeginning);
    } catch (failure) {
      if (!this.transport.isGone(failure)) throw failure;
      // The series has grown, or its files were written anew: it has another address now.
      this.settleAt(await this.transport.find());
      return this.loadAt(sopInstanceUid, frame, urgency);
    }
  }

  /** Fetch the frames at these places before the viewer is there to ask for them. */
  expect(placesIn: (manifest: Manifest) => number[]): void {
    for (const place of placesIn(this.place.manifest)) if (!this.waiting.has(place)) this.expectAt(place);
  }

  private expectAt(place: number): void {
    const onBeginning = (bytes: Uint8Array<ArrayBuffer>) => {
      expected.beginning = bytes;
      expected.onBeginning?.(bytes);
    };
    const frame = this.loadAlone(place, "now", onBeginning);
    const expected: Expected = { frame, beginning: null, onBeginning: undefined };
    // Whoever asks for it hears of the failure.
    frame.catch(() => undefined);
    this.expected.set(place, expected);
  }

  /** Fetch everything, in order, without decoding; `mayGoOn` is asked before each bundle. */
  async fetchAhead(mayGoOn: () => Promise<boolean>): Promise<void> {
    let place = 1;
    while (place <= this.numberOfFrames && (await mayGoOn())) {
      const range = this.bundleOf(place, this.form);
      if (!this.areWaiting(range)) await this.bundleWith(place, "ahead");
      place = range.last + 1;
    }
  }

  /**
   * Fetch these frames ahead as raw pixels: when their case is opened nothing is to be decoded before it is drawn. Left
   * out where that would keep the line for long.
   */
  async fetchFirstAhead(placesIn: (manifest: Manifest) => number[]): Promise<void> {
    for (const place of placesIn(this.place.manifest)) await this.fetchRawAhead(place);
  }

  private async fetchRawAhead(place: number): Promise<void> {
    if (this.waiting.has(place)) return;
    const at = this.place;
    const length = lengthOf(at.manifest, "raw", place);
    const isTooSlow = () => this.line.millisecondsFor(length) > FIRST_AHEAD_MS;
    if (isTooSlow()) return;
    const bytes = await this.rawUnless(isTooSlow, place, "ahead");
    // The case may be on the screen by now, with this frame: nobody would ask for it again.
    if (!bytes || this.place !== at || this.fetchedAlone.has(place)) return;
    this.fetchedAlone.add(place);
    this.waiting.set(place, { bytes: new Uint8Array(bytes), form: "raw" });
  }

  /** Let go of what was fetched and not decoded. */
  drop(): void {
    this.waiting.clear();
    this.fetchedAlone.clear();
    this.expected.clear();
  }

  /** Does it wait as raw pixels, with nothing to decode? */
  private isReady(place: number): boolean {
    return this.waiting.get(place)?.form === "raw";
  }

  private areWaiting({ first, last }: BundleRange): boolean {
    for (let place = first; place <= last; place += 1) if (!this.waiting.has(place)) return false;
    return true;
  }

  private settleAt(place: Place): void {
    this.place = place;
    this.places = framePlaces(instancesOf(place.manifest), place.manifest.frames);
    this.drop();
  }

  private known(sopInstanceUid: string, frame: number): number {
    const place = this.places(sopInstanceUid, frame);
    if (place === null) throw new Error("This frame is not part of the series.");
    return place;
  }

  private async loadAt(
    sopInstanceUid: string,
    frame: number,
    urgency: Urgency,
    onBeginning?: OnBeginning,
  ): Promise<FrameBytes> {
    const place = this.known(sopInstanceUid, frame);
    if (urgency === "now") this.queue.focus = place;
    const here = this.take(place);
    if (here) return here;
    const expected = this.takeExpected(place, onBeginning);
    if (expected) return expected;
    if (urgency === "now" || urgency === "aside") return this.loadAlone(place, urgency, onBeginning);
    await this.bundleWith(place, urgency);
    // The viewport may have fetched it meanwhile, or the series have grown: the frame stands elsewhere then.
    const now = this.known(sopInstanceUid, frame);
    return this.take(now) ?? this.loadAlone(now, urgency);
  }

  private take(place: number): FrameBytes | null {
    const here = this.waiting.get(place) ?? null;
    this.waiting.delete(place);
    return here;
  }

  private takeExpected(place: number, onBeginning?: OnBeginning): Promise<FrameBytes> | null {
    const expected = this.expected.get(place);
    if (!expected) return null;
    this.expected.delete(place);
    expected.onBeginning = onBeginning;
    if (expected.beginning) onBeginning?.(expected.beginning);
    return expected.frame;
  }

  private async loadAlone(place: number, urgency: Urgency, onBeginning?: OnBeginning): Promise<FrameBytes> {
    this.fetchedAlone.add(place);
    const at = this.place;
    const raw = await this.rawWhileFast(place, urgency);
    if (raw) return { bytes: new Uint8Array(raw), form: "raw" };
    const form = this.form;
    const length = lengthOf(at.manifest, form, place);
    const isWorthIt = form === "htj2k" && this.line.millisecondsFor(length) > EARLY_FROM_MS;
    const early = onBeginning && isWorthIt && { count: Math.ceil(length * EARLY_SHARE), tell: onBeginning };
    const bytes = await this.transport.fetch(urlOf(at, form, place), urgency, { early: early || undefined });
    return { bytes: new Uint8Array(bytes), form };
  }

  /** A large frame as raw pixels on a line of which nothing is known yet: given up where it turns out slow. */
  private async rawWhileFast(place: number, urgency: Urgency): Promise<ArrayBuffer | null> {
    const { manifest } = this.place;
    const isLarge = lengthOf(manifest, "raw", place) > LARGE_BYTES && hasForm(manifest, "htj2k");
    if (this.form !== "raw" || this.line.measured !== null || !isLarge) return null;
    const rest = lengthOf(manifest, "raw", place) - MEASURED_BYTES;
    const encoded_ms = () => this.line.millisecondsFor(lengthOf(manifest, "htj2k", place)) + DECODER_START_MS;
    const isTooSlow = () => this.form !== "raw" && this.line.millisecondsFor(rest) > encoded_ms();
    return this.rawUnless(isTooSlow, place, urgency);
  }

  /** Raw pixels. A line of which nothing is known is measured on their beginning: null where it is too slow for them. */
  private rawUnless(isTooSlow: () => boolean, place: number, urgency: Urgency): Promise<ArrayBuffer | null> {
    const giveUp = new AbortController();
    const tell = (bytes: Uint8Array, milliseconds: number) => {
      this.line.add({ bytes: bytes.byteLength, from: 0, to: milliseconds });
      if (isTooSlow()) giveUp.abort();
    };
    const early = this.line.measured === null ? { count: MEASURED_BYTES, tell } : undefined;
    const options = { early, signal: giveUp.signal };
    return this.transport
      .fetch(urlOf(this.place, "raw", place), urgency, options)
      .catch((failure: unknown) => {
        if (giveUp.signal.aborted) return null;
        throw failure;
      });
  }

  private bundleWith(place: number, urgency: Urgency): Promise<void> {
    const form = this.form;
    const range = this.bundleOf(place, form);
    const key = `${form}/${range.first}-${range.last}`;
    const underWay = this.bundles.get(key);
    if (underWay) return underWay;
    const bundle = this.queue
      .run(range, () => this.fetchBundle(form, range, urgency))
      .finally(() => this.bundles.delete(key));
    this.bundles.set(key, bundle);
    return bundle;
  }

  /** Bundles have fixed borders, so that their addresses repeat and the browser's cache can answer them. */
  private bundleOf(place: number, form: FrameForm): BundleRange {
    const typical = Math.max(1, lengthOf(this.place.manifest, form, 1));
    const wanted = Math.min(MOST_PER_BUNDLE, Math.max(1, Math.floor(BUNDLE_BYTES / typical)));
    const first = Math.floor((place - 1) / wanted) * wanted + 1;
    return { first, last: Math.min(first + wanted - 1, this.numberOfFrames) };
  }

  private async fetchBundle(form: FrameForm, { first, last }: BundleRange, urgency: Urgency): Promise<void> {
    const at = this.place;
    const bundle = await this.transport.fetch(urlOf(at, form, `${first}-${last}`), urgency);
    // The series has grown meanwhile: its frames have other places now.
    if (this.place !== at) return;
    for (const [index, bytes] of framesOfBundle(bundle, last - first + 1).entries()) {
      if (this.fetchedAlone.delete(first + index) || this.isReady(first + index)) continue;
      // Ahead a copy: a view would keep the whole bundle alive until its last frame is decoded, which may be minutes.
      this.waiting.set(first + index, { bytes: urgency === "ahead" ? bytes.slice() : bytes, form });
    }
  }
}

function urlOf({ url }: Place, form: FrameForm, name: string | number): string {
  return `${url}/${form}/${name}`;
}
