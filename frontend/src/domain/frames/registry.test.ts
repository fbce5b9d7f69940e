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

it("keeps the studies that were used last and forgets the oldest of many", () => {
  for (let index = 0; index < 24; index += 1) knowFrames(`1.${index}`, `1.${index}.1`, someFrames());
  framesOf("1.0.1");
  knowFrames("2", "2.1", someFrames());
  expect(framesOf("1.0.1")).not.toBeNull();
  expect(framesOf("1.1.1")).toBeNull();
  expect(framesOf("2.1")).not.toBeNull();
});

it("keeps every series of a study, however many it has", () => {
  for (let index = 0; index < 300; index += 1) knowFrames("5", `5.${index}`, someFrames());
  expect(framesOf("5.0")).not.toBeNull();
});

it("lets go of a series with its case", () => {
  knowFrames("4", "4.1", someFrames());
  leaveSeries("4.1");
  expect(framesOf("4.1")).toBeNull();
});

it("remembers until the case is left that a series came from DICOMweb", () => {
  noteFromDicomweb("3");
  expect(isFromDicomweb("3")).toBe(true);
  leaveSeries("3");
  expect(isFromDicomweb("3")).toBe(false);
});
