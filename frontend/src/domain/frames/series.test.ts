import { describe, expect, it } from "vitest";
import { BrokenBundle, framesOfBundle } from "./bundle";
import { guessOf, Line } from "./line";
import type { FrameForm, Manifest } from "./manifest";
import { type FetchOptions, type Place, SeriesFrames, type Urgency } from "./series";

class Gone extends Error {}

const COUNT = 100;
const MIB = 1024 * 1024;
const LENGTH = MIB;

function place(url = "/frames/a", forms: FrameForm[] = ["raw", "htj2k"], count = COUNT): Place {
  const uids = Array.from({ length: count }, (_, index) => [`1.${index + 1}`]);
  const manifest: Manifest = {
    format: "overread.manifest",
    version: 1,
    shared: {},
    columns: { "00080018": { vr: "UI", values: uids } },
    frames: uids.map(() => 1),
    lengths: Object.fromEntries(forms.map((form) => [form, LENGTH])),
  };
  return { url, manifest };
}

/** A server whose frames hold their own number, and which notes what was asked of it. */
class Server {
  readonly asked: { url: string; urgency: Urgency }[] = [];
  current = place();
  running = 0;
  mostAtOnce = 0;
  failure: Error | null = null;
  private released: Promise<void> = Promise.resolve();
  release: () => void = () => undefined;

  hold(): void {
    this.released = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  find = async () => this.current;
  isGone = (failure: unknown) => failure instanceof Gone;
  /** What the beginning of each answer takes; null where nobody is told. */
  beginning: { milliseconds: number } | null = null;

  fetch = async (
    url: string,
    urgency: Urgency,
    { early, signal }: FetchOptions = {},
  ): Promise<ArrayBuffer> => {
    this.asked.push({ url, urgency });
    if (early && this.beginning) {
      early.tell(new Uint8Array(early.count), this.beginning.milliseconds);
      if (signal?.aborted) throw new DOMException("given up", "AbortError");
    }
    this.running += 1;
    if (url.includes("-")) this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    await this.released;
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.running -= 1;
    if (this.failure) throw this.failure;
    if (!url.startsWith(this.current.url)) throw new Gone();
    const [first = 0, last] = (url.split("/").at(-1) ?? "").split("-").map(Number);
    return last === undefined ? new Uint8Array([first]).buffer : bundle(first, last);
  };

  get urls(): string[] {
    return this.asked.map(({ url }) => url);
  }
}

function bundle(first: number, last: number): ArrayBuffer {
  const count = last - first + 1;
  const body = new ArrayBuffer(4 + 5 * count);
  const view = new DataView(body);
  view.setUint32(0, count, true);
  for (let index = 0; index < count; index += 1) {
    view.setUint32(4 + 4 * index, 1, true);
    view.setUint8(4 + 4 * count + index, first + index);
  }
  return body;
}

function opened(server = new Server()) {
  const line = new Line();
  return { server, line, frames: new SeriesFrames(server.current, server, line) };
}

async function numberAt(frames: SeriesFrames, number: number, urgency: Urgency = "background") {
  return (await frames.load(`1.${number}`, 1, urgency)).bytes[0];
}

describe("SeriesFrames", () => {
  it("fetches the slice under the eye alone and the others in bundles of about eight mebibytes", async () => {
    const { server, frames } = opened();
    expect(await numberAt(frames, 1, "now")).toBe(1);
    const others = await Promise.all(
      Array.from({ length: COUNT - 1 }, (_, index) => numberAt(frames, index + 2)),
    );
    expect(others).toEqual(Array.from({ length: COUNT - 1 }, (_, index) => index + 2));
    expect(server.asked[0]).toEqual({ url: "/frames/a/raw/1", urgency: "now" });
    expect(server.asked).toHaveLength(1 + Math.ceil(COUNT / 8));
    expect(new Set(server.urls).size).toBe(server.asked.length);
    expect(server.mostAtOnce).toBeLessThanOrEqual(2);
  });

  it("gives out an expected frame once, whoever asks for it, and does not fetch it again", async () => {
    const { server, frames } = opened();
    frames.expect(() => [5]);
    expect(server.urls).toEqual(["/frames/a/raw/5"]);
    expect(await numberAt(frames, 5, "now")).toBe(5);
    expect(server.urls).toEqual(["/frames/a/raw/5"]);
    expect(await numberAt(frames, 5, "now")).toBe(5);
    expect(server.urls).toHaveLength(2);
  });

  it("keeps a frame that was expected in vain for the one who loads the series", async () => {
    const { server, frames } = opened();
    frames.expect(() => [5]);
    const all = await Promise.all(Array.from({ length: COUNT }, (_, index) => numberAt(frames, index + 1)));
    expect(all).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
    expect(server.urls.filter((url) => url.endsWith("/5"))).toHaveLength(1);
    expect(frames.heldBytes).toBe(0);
  });

  it("tells whoever asks for an expected frame why it did not come", async () => {
    const { server, frames } = opened();
    server.failure = new Error("cut");
    frames.expect(() => [5]);
    await expect(numberAt(frames, 5, "now")).rejects.toThrow("cut");
    server.failure = null;
    expect(await numberAt(frames, 5, "now")).toBe(5);
  });

  it("holds nothing once everything has been given out", async () => {
    const { frames } = opened();
    await numberAt(frames, 3, "now");
    await Promise.all(
      Array.from({ length: COUNT }, (_, i) => i + 1)
        .filter((n) => n !== 3)
        .map((n) => numberAt(frames, n)),
    );
    expect(frames.heldBytes).toBe(0);
  });

  it("goes on with the bundle nearest to where the reader is", async () => {
    const { server, frames } = opened();
    server.hold();
    const all = Array.from({ length: COUNT }, (_, index) => numberAt(frames, index + 1));
    await Promise.resolve();
    const wanted = numberAt(frames, 80, "now");
    server.release();
    await Promise.all([...all, wanted]);
    // The first two bundles were on their way already.
    expect(server.urls.slice(2, 4)).toEqual(["/frames/a/raw/80", "/frames/a/raw/73-80"]);
    for (const url of server.urls.slice(4, 6)) expect(url).toMatch(/81-88|65-72/);
  });

  it("asks for a frame again after it was given out, as when the cache has dropped it", async () => {
    const { frames } = opened();
    expect(await numberAt(frames, 5)).toBe(5);
    expect(await numberAt(frames, 5)).toBe(5);
  });

  it("follows a series to its new address", async () => {
    const { server, frames } = opened();
    server.current = place("/frames/b", ["raw"], COUNT + 1);
    expect(await numberAt(frames, COUNT + 1 - 1)).toBe(COUNT);
    expect(frames.numberOfFrames).toBe(COUNT + 1);
    expect(frames.url).toBe("/frames/b");
  });

  it("passes failures on, and works again when they are over", async () => {
    const { server, frames } = opened();
    server.failure = new Error("no network");
    await expect(numberAt(frames, 9)).rejects.toThrow("no network");
    await expect(numberAt(frames, 9, "now")).rejects.toThrow("no network");
    server.failure = null;
    expect(await numberAt(frames, 9)).toBe(9);
    await expect(frames.load("9.9", 1, "now")).rejects.toThrow("not part of the series");
  });

  it("takes what there is: raw where the series has no HTJ2K", () => {
    const slow = new Line();
    slow.add({ bytes: MIB, from: 0, to: 1_000 });
    const server = new Server();
    expect(new SeriesFrames(place(), server, slow).form).toBe("htj2k");
    expect(new SeriesFrames(place("/frames/a", ["raw"]), server, slow).form).toBe("raw");
  });

  it("tells of the beginning of a compressed frame where the whole one takes a while", async () => {
    const server = new Server();
    server.beginning = { milliseconds: 1 };
    const line = new Line();
    line.add({ bytes: MIB, from: 0, to: (8 * MIB) / 1000 / 10 }); // 10 Mbit/s: 840 ms a frame
    const frames = new SeriesFrames(server.current, server, line);
    const beginnings: number[] = [];
    await frames.load("1.1", 1, "now", (bytes) => beginnings.push(bytes.length));
    expect(beginnings).toEqual([MIB / 8]);
    expect(server.urls).toEqual(["/frames/a/htj2k/1"]);
    const fast = opened();
    fast.server.beginning = { milliseconds: 1 };
    await fast.frames.load("1.1", 1, "now", (bytes) => beginnings.push(bytes.length));
    expect(beginnings).toHaveLength(1);
  });

  it("gives a large raw frame up where the line turns out slow, and stays with it where it is fast", async () => {
    const large = place("/frames/a");
    large.manifest.lengths = { raw: 24 * MIB, htj2k: 6 * MIB };
    for (const [milliseconds, urls] of [
      [40, ["/frames/a/raw/1", "/frames/a/htj2k/1"]],
      [1, ["/frames/a/raw/1"]],
    ] as const) {
      const { server, frames } = opened(Object.assign(new Server(), { current: large }));
      server.beginning = { milliseconds };
      expect(await numberAt(frames, 1, "now")).toBe(1);
      expect(server.urls).toEqual(urls);
    }
  });

  it("stays with a raw frame that is there before a decoder would have begun", async () => {
    const slice = place("/frames/a");
    slice.manifest.lengths = { raw: MIB / 2, htj2k: MIB / 5 };
    // 100 Mbit/s: 35 ms for the rest of it. 2 Mbit/s: 1.7 s, against 0.8 s encoded and a quarter for the decoder.
    for (const [milliseconds, urls] of [
      [8, ["/frames/a/raw/1"]],
      [400, ["/frames/a/raw/1", "/frames/a/htj2k/1"]],
    ] as const) {
      const { server, frames } = opened(Object.assign(new Server(), { current: slice }));
      server.beginning = { milliseconds };
      await numberAt(frames, 1, "now");
      expect(server.urls).toEqual(urls);
      expect(frames.form).toBe("htj2k");
    }
  });

  it("gives out each of several expected frames", async () => {
    const { server, frames } = opened();
    frames.expect(() => [5, 50]);
    expect(server.urls).toEqual(["/frames/a/raw/5", "/frames/a/raw/50"]);
    expect([await numberAt(frames, 50, "now"), await numberAt(frames, 5, "now")]).toEqual([50, 5]);
    expect(server.urls).toHaveLength(2);
  });

  it("fetches ahead while it may, keeps what it has, and asks for nothing twice", async () => {
    const { server, frames } = opened();
    let turns = 3;
    await frames.fetchAhead(async () => turns-- > 0);
    expect(server.asked).toHaveLength(3);
    expect(server.asked.every(({ urgency }) => urgency === "ahead")).toBe(true);
    expect(frames.heldBytes).toBe(3 * 8);
    expect(await numberAt(frames, 2, "now")).toBe(2);
    expect(server.asked).toHaveLength(3);
    frames.drop();
    expect(frames.heldBytes).toBe(0);
  });
});

describe("the first frame of the next case", () => {
  it("is fetched raw also on a slow line, stays so, and keeps no bundle from being fetched", async () => {
    const { server, frames, line } = opened();
    line.add({ bytes: 6 * MIB, from: 0, to: 1000 });
    expect(frames.form).toBe("htj2k");
    await frames.fetchFirstAhead(() => [1]);
    await frames.fetchAhead(async () => true);
    expect(server.urls[0]).toBe("/frames/a/raw/1");
    expect(server.urls[1]).toBe("/frames/a/htj2k/1-8");
    expect((await frames.load("1.1", 1, "now")).form).toBe("raw");
    expect((await frames.load("1.2", 1, "now")).form).toBe("htj2k");
    expect(server.urls.filter((url) => !url.includes("-"))).toEqual(["/frames/a/raw/1"]);
  });

  it("stays raw where the line turns out slow in the middle of a bundle", async () => {
    const { server, frames, line } = opened();
    await frames.fetchFirstAhead(() => [1]);
    let turns = 2;
    await frames.fetchAhead(async () => {
      turns -= 1;
      if (turns === 0) line.add({ bytes: 6 * MIB, from: 0, to: 1000 });
      return turns >= 0;
    });
    expect(server.urls.slice(1)).toEqual(["/frames/a/raw/1-8", "/frames/a/htj2k/9-16"]);
    // One of the first bundle is taken: the rest of it comes again, encoded.
    await frames.load("1.2", 1, "now");
    await frames.fetchAhead(async () => true);
    expect(server.urls.at(2 + 1)).toBe("/frames/a/htj2k/1-8");
    expect((await frames.load("1.1", 1, "now")).form).toBe("raw");
  });

  it("measures a line of which nothing is known, and is given up where that is too slow", async () => {
    // The first 96 KiB in so many milliseconds: 8 Mbit/s takes a second for this frame, 0.8 takes ten.
    for (const [milliseconds, isHeld] of [
      [98, true],
      [983, false],
    ] as const) {
      const { server, frames, line } = opened();
      server.beginning = { milliseconds };
      await frames.fetchFirstAhead(() => [1]);
      expect(server.urls).toEqual(["/frames/a/raw/1"]);
      expect(line.measured).toBeCloseTo((96 * 1024 * 8) / 1000 / milliseconds, 6);
      expect(frames.heldBytes > 0).toBe(isHeld);
      expect(frames.form).toBe("htj2k");
    }
  });

  it("is not tried where the browser says of an unmeasured line that it is slow, or to be spared", async () => {
    for (const guess of [{ downlink: 1 }, { downlink: 10, saveData: true }]) {
      const { server, frames, line } = opened();
      line.guessed = () => guessOf(guess);
      await frames.fetchFirstAhead(() => [1]);
      expect(server.asked).toEqual([]);
      // What is measured counts more than a guess.
      line.add({ bytes: 6 * MIB, from: 0, to: 100 });
      await frames.fetchFirstAhead(() => [1]);
      expect(server.urls).toEqual(["/frames/a/raw/1"]);
    }
    // Of a line above 10 Mbit/s browsers say no more than that.
    expect(guessOf({ downlink: 10 })).toBeNull();
    expect(guessOf({})).toBeNull();
  });

  it("is left out where it would keep the line for long, and where no frame is likely", async () => {
    const { server, frames, line } = opened();
    line.add({ bytes: MIB / 4, from: 0, to: 1000 });
    await frames.fetchFirstAhead(() => [1]);
    await frames.fetchFirstAhead(() => []);
    expect(server.asked).toEqual([]);
  });
});

describe("a series that grows while frames are on their way", () => {
  /** The same frames with a new one before them. Each holds the number of its instance. */
  function growing() {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { url, manifest } = place("/frames/b", ["raw"], COUNT + 1);
    const uids = ["0.1", ...Array.from({ length: COUNT }, (_, index) => `1.${index + 1}`)];
    const grown = { ...manifest, columns: { "00080018": { vr: "UI", values: uids.map((uid) => [uid]) } } };
    const transport = {
      find: async () => ({ url, manifest: grown }),
      isGone: (failure: unknown) => failure instanceof Gone,
      fetch: async (asked: string) => {
        const isOld = asked.startsWith("/frames/a");
        // What is known to have gone, and what was on its way before it went.
        if (asked === "/frames/a/raw/90") throw new Gone();
        if (isOld) await held;
        const [first = 0, last] = (asked.split("/").at(-1) ?? "").split("-").map(Number);
        const by = isOld ? 0 : 1;
        return last === undefined ? new Uint8Array([first - by]).buffer : bundle(first - by, last - by);
      },
    };
    return { frames: new SeriesFrames(place(), transport, new Line()), release };
  }

  it("gives out no frame of a bundle of the old address for another one", async () => {
    const { frames, release } = growing();
    const third = numberAt(frames, 3);
    expect(await numberAt(frames, 90, "now")).toBe(90);
    release();
    expect(await third).toBe(3);
    for (const number of [2, 4, 5, 7]) expect(await numberAt(frames, number, "now")).toBe(number);
  });

  it("gives out none that was fetched ahead either", async () => {
    const { frames, release } = growing();
    const ahead = frames.fetchFirstAhead(() => [1]);
    expect(await numberAt(frames, 90, "now")).toBe(90);
    release();
    await ahead;
    expect(frames.heldBytes).toBe(0);
    expect((await frames.load("0.1", 1, "now")).bytes[0]).toBe(0);
  });
});

it("a first frame that comes when its case is on the screen already is not held", async () => {
  const { server, frames } = opened();
  server.hold();
  const ahead = frames.fetchFirstAhead(() => [1]);
  const shown = numberAt(frames, 1, "now");
  server.release();
  expect(await shown).toBe(1);
  await ahead;
  expect(frames.heldBytes).toBe(0);
});

describe("framesOfBundle", () => {
  it("refuses a bundle that is not what was asked for or was cut", () => {
    expect(framesOfBundle(bundle(1, 3), 3).map((bytes) => bytes[0])).toEqual([1, 2, 3]);
    expect(() => framesOfBundle(bundle(1, 3), 4)).toThrow(BrokenBundle);
    expect(() => framesOfBundle(bundle(1, 3).slice(0, 18), 3)).toThrow(BrokenBundle);
    expect(() => framesOfBundle(new ArrayBuffer(2), 3)).toThrow(BrokenBundle);
  });
});
