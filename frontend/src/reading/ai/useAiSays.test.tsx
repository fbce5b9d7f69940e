// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Read } from "@/api/reading";
import type { MapChoice } from "@/domain/aiMaps";
import { aiMarks } from "@/ui/ai/aiMarks";
import { studyAbout } from "../caseImages";
import { useAiSays } from "./useAiSays";

afterEach(() => vi.unstubAllGlobals());

const series = (uid: string) => ({ series_instance_uid: uid });
const READ = {
  id: "read",
  case: {
    imaging_study: { study_instance_uid: "1", series: [series("1.1")] },
    further_imaging_studies: [{ study_instance_uid: "2", series: [series("2.1"), series("2.2")] }],
    priors: [],
  },
} as unknown as Read;
const FINDING = {
  id: "F1",
  score: 0.5,
  code: { scheme: "RADLEX", value: "RID3875", meaning: "nodule" },
  geometry: { kind: "SPHERE", center_mm: [0, 0, 0], diameter_mm: 5, frame_of_reference_uid: null },
};
const grid = (digest: string) => ({ digest, frame_of_reference_uid: null });
const said = (prediction_id: string, digest: string) => ({
  prediction_id,
  score: 0.7,
  findings: [FINDING],
  heat_map: grid(digest),
  explanations: [],
});

/** The network is the boundary: what the server says of a case of two imaging studies. */
function network(first: object | null) {
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const [, explanation] = url.pathname.split("/explanations/");
    if (explanation) return new Response(new TextEncoder().encode(explanation));
    if (url.pathname.endsWith("/heat-map")) {
      return new Response(new TextEncoder().encode(url.searchParams.get("prediction_id") ?? ""));
    }
    const further = { ...said("second", "b"), score: null, study_instance_uid: "2" };
    return Response.json({ ai: first, further_ai: [further], own: {} });
  });
}

function asked(map: MapChoice | null = null) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useAiSays(READ, true, "", map), { wrapper }).result;
}

test("findings of the same id on two imaging studies are two, each on the images that it is about", async () => {
  network(said("first", "a"));
  const result = asked();
  await waitFor(() => expect(result.current.heats).toHaveLength(2));
  const { prediction, heats, isOfFirst } = result.current;
  expect([prediction?.prediction_id, prediction?.score, isOfFirst]).toEqual(["first", 0.7, true]);
  expect(prediction?.findings.map(({ id, ai_finding_id }) => [id, ai_finding_id])).toEqual([
    ["first F1", "F1"],
    ["second F1", "F1"],
  ]);
  const marks = aiMarks(prediction, (one) => studyAbout(READ, one.study_instance_uid), 1);
  expect(marks.map(({ id, seriesInstanceUids }) => [id, seriesInstanceUids])).toEqual([
    ["ai-first F1", ["1.1"]],
    ["ai-second F1", ["2.1", "2.2"]],
  ]);
  const read = (voxels: Uint8Array) => new TextDecoder().decode(voxels);
  expect(heats.map(({ map, seriesInstanceUids }) => [read(map.voxels), seriesInstanceUids])).toEqual([
    ["first", ["1.1"]],
    ["second", ["2.1", "2.2"]],
  ]);
});

test("the same heat map on two imaging studies is shown on each", async () => {
  network(said("first", "b"));
  const result = asked();
  await waitFor(() => expect(result.current.heats).toHaveLength(2));
  expect(result.current.heats.map(({ seriesInstanceUids }) => seriesInstanceUids)).toEqual([
    ["1.1"],
    ["2.1", "2.2"],
  ]);
});

test("a heat map of the further imaging study alone does not lie on the first", async () => {
  network({ ...said("first", "a"), heat_map: null });
  const result = asked();
  await waitFor(() => expect(result.current.heats).toHaveLength(1));
  expect(result.current.heats[0]?.seriesInstanceUids).toEqual(["2.1", "2.2"]);
});

test("an AI that was run on the further imaging study only has marks there and no score", async () => {
  network(null);
  const result = asked();
  await waitFor(() => expect(result.current.heats).toHaveLength(1));
  expect([result.current.prediction?.score, result.current.isOfFirst]).toEqual([null, false]);
  expect(result.current.prediction?.findings.map(({ study_instance_uid }) => study_instance_uid)).toEqual([
    "2",
  ]);
});

test("only the map that was chosen is fetched, and lies on the images of its prediction", async () => {
  const cam = { ...grid("c"), id: "why", method: "GRAD_CAM", output_name: "Nodule" };
  network({ ...said("first", "a"), explanations: [cam] });
  const result = asked("GRAD_CAM");
  await waitFor(() => expect(result.current.heats).toHaveLength(1));
  const [heat] = result.current.heats;
  expect([new TextDecoder().decode(heat?.map.voxels), heat?.seriesInstanceUids]).toEqual(["why", ["1.1"]]);
  expect(result.current.maps.chosen).toBe("GRAD_CAM");
  expect(result.current.maps.options).toHaveLength(2);
});
