import { expect, test } from "vitest";
import { captionsBySeries } from "./captions";

const study = (text: string, isPrior: boolean, ...uids: string[]) => ({
  text,
  isPrior,
  series: uids.map((series_instance_uid) => ({ series_instance_uid })),
});

test("one current imaging study says nothing, its priors do", () => {
  expect(captionsBySeries([study("Current", false, "a"), study("Prior 1", true, "b", "c")])).toEqual({
    b: { text: "Prior 1", isPrior: true },
    c: { text: "Prior 1", isPrior: true },
  });
});

test("of several each says which it is", () => {
  expect(captionsBySeries([study("Current 1", false, "a"), study("Current 2", false, "b")])).toEqual({
    a: { text: "Current 1", isPrior: false },
    b: { text: "Current 2", isPrior: false },
  });
});
