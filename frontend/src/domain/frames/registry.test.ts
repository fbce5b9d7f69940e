import { expect, it } from "vitest";
import { Line } from "./line";
import type { Manifest } from "./manifest";
import { framesOf, isFromDicomweb, knowFrames, leaveSeries, noteFromDicomweb } from "./registry";
import { SeriesFrames } from "./series";

const MANIFEST: Manifest = {
  format: "overread.manifest",
  version: 1,
  shared: {},
  columns: {},
  frames: [],
  lengths: { raw: 0 },
};

function someFrames(): SeriesFrames {
  const transport = {
    find: () => Promise.reject(new Error()),
    fetch: () => Promise.reject(new Error()),
    isGone: () => false,
  };
  return new SeriesFrames({ url: "/frames/x", manifest: MANIFEST }, transport, new Line());
}

it("keeps the series that were used last and forgets the oldest of many", () => {
  for (let index = 0; index < 64; index += 1) knowFrames(`1.${index}`, someFrames());
  framesOf("1.0");
  knowFrames("2", someFrames());
  expect(framesOf("1.0")).not.toBeNull();
  expect(framesOf("1.1")).toBeNull();
  expect(framesOf("2")).not.toBeNull();
});

it("lets go of a series with its case", () => {
  knowFrames("4", someFrames());
  leaveSeries("4");
  expect(framesOf("4")).toBeNull();
});

it("remembers until the case is left that a series came from DICOMweb", () => {
  noteFromDicomweb("3");
  expect(isFromDicomweb("3")).toBe(true);
  leaveSeries("3");
  expect(isFromDicomweb("3")).toBe(false);
});
