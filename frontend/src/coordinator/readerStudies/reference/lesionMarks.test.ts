import { expect, test } from "vitest";
import type { ImagesOfCase } from "@/api/reading";
import { firstPlace, lesionMarks } from "./lesionMarks";

const study = (uid: string) =>
  ({ study_instance_uid: uid, series: [{ series_instance_uid: `${uid}.1` }] }) as ImagesOfCase;
const CURRENT = [study("1"), study("2")];
const BALL = { id: "L1", center_mm: [1, 2, 3] as [number, number, number], diameter_mm: 4 };

test("a ball that names no image lies in the first imaging study, in whose millimetres it is", () => {
  expect(lesionMarks([BALL], CURRENT).map(({ seriesInstanceUids }) => seriesInstanceUids)).toEqual([["1.1"]]);
  expect(firstPlace(BALL, CURRENT)?.seriesInstanceUids).toEqual(["1.1"]);
});

test("what names a frame of reference lies in any imaging study that has it", () => {
  const geometry = { kind: "SPHERE" as const, center_mm: BALL.center_mm, diameter_mm: 4 };
  const marks = [{ geometry: { ...geometry, frame_of_reference_uid: "9" } }];
  expect(lesionMarks([{ id: "L1", marks }], CURRENT)[0]?.seriesInstanceUids).toEqual(["1.1", "2.1"]);
});
