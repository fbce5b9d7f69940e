import { describe, expect, it } from "vitest";
import type { Opening } from "../grid";
import type { Start } from "../start";
import { likelyFirst } from "./likelyFirst";
import type { Manifest } from "./manifest";

// Three instances as an archive lists them: numbers 3, 1 and 2, the second with two frames.
const MANIFEST: Manifest = {
  format: "overread.manifest",
  version: 2,
  shared: {},
  columns: {
    "00080018": { vr: "UI", values: [["1.3"], ["1.1"], ["1.2"]] },
    "00200013": { vr: "IS", values: [[3], [1], [2]] },
  },
  frames: [1, 2, 1],
  lengths: { raw: 8 },
};

const opening = (start: Start, sopInstanceUid: string | null = null): Opening => ({
  start,
  sopInstanceUid,
  window: null,
  isFlipped: false,
});

describe("likelyFirst", () => {
  it("takes instances by their number and counts frames through the series as it is stored", () => {
    expect(likelyFirst(MANIFEST, undefined)).toBe(2);
    expect(likelyFirst(MANIFEST, opening({ at: "FIRST" }))).toBe(2);
    expect(likelyFirst(MANIFEST, opening({ at: "MIDDLE" }))).toBe(3);
    expect(likelyFirst(MANIFEST, opening({ at: "FRACTION", fraction: 0.7 }))).toBe(4);
    expect(likelyFirst(MANIFEST, opening({ at: "LAST" }))).toBe(1);
  });

  it("takes the image that a hanging names, as the viewer does, only where it begins with the first", () => {
    expect(likelyFirst(MANIFEST, opening({ at: "FIRST" }, "1.3"))).toBe(1);
    expect(likelyFirst(MANIFEST, opening({ at: "LAST" }, "1.2"))).toBe(1);
    expect(likelyFirst(MANIFEST, opening({ at: "FIRST" }, "9.9"))).toBe(2);
  });

  it("guesses nothing where a mark decides, or nothing is there", () => {
    expect(likelyFirst(MANIFEST, opening({ at: "FIRST_MARK" }))).toBeNull();
    expect(likelyFirst({ ...MANIFEST, columns: {}, frames: [] }, undefined)).toBeNull();
  });
});
