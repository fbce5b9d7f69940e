import { describe, expect, it } from "vitest";
import type { Opening } from "../grid";
import type { Start } from "../start";
import { likelyFirst, likelyNeeded } from "./likelyFirst";
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

describe("likelyNeeded", () => {
  const series = (shared: Manifest["shared"], frames = [1, 1, 1]): Manifest => ({
    ...MANIFEST,
    shared,
    frames,
  });
  const CENTRE = { "00281050": { vr: "DS", Value: [40] } };
  const MR = { "00080060": { vr: "CS", Value: ["MR"] } };

  it("is the first image, and the middle one where the window is derived from it", () => {
    expect(likelyNeeded(series({ ...MR, ...CENTRE }), undefined)).toEqual([2]);
    expect(likelyNeeded(series(MR), undefined)).toEqual([2, 3]);
    // Opened in the middle it is the same one.
    expect(likelyNeeded(series(MR), opening({ at: "MIDDLE" }))).toEqual([3]);
    const table = { "00283010": { vr: "SQ", Value: [{}] } };
    expect(likelyNeeded(series({ ...MR, ...table }), undefined)).toEqual([2]);
  });

  it("is the first image alone where it is a picture for itself, in colour, or its frames may say more", () => {
    expect(likelyNeeded(series({ "00080060": { vr: "CS", Value: ["DX"] } }), undefined)).toEqual([2]);
    expect(likelyNeeded(series({ ...MR, "00280002": { vr: "US", Value: [3] } }), undefined)).toEqual([2]);
    const palette = { "00280004": { vr: "CS", Value: ["PALETTE COLOR"] } };
    expect(likelyNeeded(series({ ...MR, ...palette }), undefined)).toEqual([2]);
    expect(likelyNeeded(series(MR, [1, 2, 1]), undefined)).toEqual([2]);
    expect(likelyNeeded(series(MR), opening({ at: "FIRST_MARK" }))).toEqual([]);
  });
});
