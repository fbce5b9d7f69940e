// @vitest-environment jsdom
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { EMPTY_PAYLOAD, type ReadPayload } from "@/domain/payload";
import {
  digestOf,
  emptySegment,
  parsedSegment,
  type Segment,
  segmentText,
  withSlices,
} from "@/domain/segments";
import { changedPlace } from "./segmentChange";
import { forgetOldSegments, SegmentStore, segmentsIn, segmentsOf, uploadSegments } from "./segmentStore";

const SEGMENT_ID = "11111111-1111-4111-8111-111111111111";

function segment(...frames: [frame: number, counts: number[]][]): Segment {
  const slices = frames.map(([frameNumber, counts]) => ({ sopInstanceUid: "1.2.3", frameNumber, counts }));
  return withSlices(emptySegment("1.2", 3, 3), slices);
}

function naming(sha256: string): ReadPayload {
  const place = {
    sop_instance_uid: "1.2.3",
    series_instance_uid: "1.2",
    frame_number: 1,
    frame_of_reference_uid: null,
  };
  const geometry = {
    kind: "SEGMENT",
    segment_id: SEGMENT_ID,
    sha256,
    voxel_count: 1,
    spacing_mm: null,
    ...place,
  } as const;
  const marks = [{ id: "m", geometry, measurements: {} }];
  return {
    ...EMPTY_PAYLOAD,
    findings: [{ id: "f", question: null, code: null, confidence: null, answers: {}, marks }],
  };
}

interface Sent {
  method: string;
  url: string;
  body: { base_sha256: string | null; sha256: string; changed: { frame_number: number; counts: number[] }[] };
}

/** The other end of the wire: what was asked, and an answer for each. */
function server(...answers: (Response | Error)[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    sent.push({ method: request.method, url: request.url, body: text ? JSON.parse(text) : null });
    const answer = answers.shift() ?? new Response("{}");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return sent;
}

const problem = (status: number, code: string) =>
  new Response(JSON.stringify({ status, code, title: code, detail: code }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });

let reads = 0;
beforeEach(() => {
  reads += 1;
  vi.unstubAllGlobals();
});
const fresh = (stored: ReadPayload = EMPTY_PAYLOAD) => new SegmentStore("person", `read-${reads}`, stored);

describe("sending", () => {
  test("a version goes once, the next one as what changed since", async () => {
    const sent = server();
    const store = fresh();
    const first = await store.add(segment([1, [0, 1]], [2, [0, 1]]));
    await store.upload(naming(first.sha256));
    await store.upload(naming(first.sha256));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.body).toMatchObject({ base_sha256: null, sha256: first.sha256 });
    const second = await store.add(segment([1, [0, 1]], [2, [3, 2]], [3, [0, 9]]));
    await store.upload(naming(second.sha256));
    expect(sent[1]?.body.base_sha256).toBe(first.sha256);
    expect(sent[1]?.body.changed.map(({ frame_number, counts }) => [frame_number, counts])).toEqual([
      [2, [3, 2]],
      [3, [0, 9]],
    ]);
  });

  test("after undo nothing is sent, and the base is what the read names then", async () => {
    const sent = server();
    const store = fresh();
    const one = await store.add(segment([1, [0, 1]]));
    const two = await store.add(segment([1, [0, 2]]));
    for (const { sha256 } of [one, two, one]) await store.upload(naming(sha256));
    expect(sent).toHaveLength(2);
    const three = await store.add(segment([1, [0, 3]]));
    await store.upload(naming(three.sha256));
    expect(sent[2]?.body.base_sha256).toBe(one.sha256);
  });

  test("where the server lacks the base the whole is sent", async () => {
    const store = fresh();
    const one = await store.add(segment([1, [0, 1]], [2, [0, 1]]));
    const sent = server(new Response("{}"), problem(409, "unknown_base"), new Response("{}"));
    await store.upload(naming(one.sha256));
    const two = await store.add(segment([1, [0, 2]], [2, [0, 1]]));
    await store.upload(naming(two.sha256));
    expect(sent.map(({ body }) => body.base_sha256)).toEqual([null, one.sha256, null]);
    expect(sent[2]?.body.changed).toHaveLength(2);
  });

  test("what did not arrive is sent again, word for word", async () => {
    const sent = server(new TypeError("offline"));
    const store = fresh();
    const { sha256 } = await store.add(segment([1, [0, 1]]));
    await expect(store.upload(naming(sha256))).rejects.toThrow();
    await store.upload(naming(sha256));
    expect(sent[1]).toEqual(sent[0]);
  });
});

test("the worklist sends what an earlier page has drawn, and a file holds it", async () => {
  const made = segment([1, [0, 4]]);
  const { sha256 } = await fresh().add(made);
  const sent = server();
  await uploadSegments("person", `read-${reads}`, naming(sha256));
  expect(sent.map(({ method, body }) => [method, body.sha256])).toEqual([["PUT", sha256]]);
  const file = await segmentsOf("person", `read-${reads}`, naming(sha256));
  expect(file).toEqual({ [sha256]: JSON.parse(segmentText(made)) });
});

test("what a full browser cannot keep stays in memory until it is sent, however much is drawn after it", async () => {
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const store = fresh();
  const first = await store.add(segment([1, [0, 1]]));
  expect(first.isKept).toBe(false);
  for (let frame = 2; frame < 330; frame += 1) await store.add(segment([frame, [0, 1]]));
  full.mockRestore();
  const sent = server();
  await store.upload(naming(first.sha256));
  expect(sent.map(({ method, body }) => [method, body.sha256])).toEqual([["PUT", first.sha256]]);
  // Sent, it can be had from the server, and makes room for the next.
  await store.add(segment([330, [0, 1]]));
  expect(store.peek(first.sha256)).toBeUndefined();
});

describe("a step back", () => {
  const markOn = (frame: number) => ({
    id: "",
    geometry: {
      kind: "POINT" as const,
      points_mm: null,
      sop_instance_uid: "1.2.3",
      series_instance_uid: "1.2",
      frame_number: frame,
      frame_of_reference_uid: null,
    },
    label: "",
    source: "READER" as const,
    isLocked: true,
  });
  const markOf = (sha256: string) => naming(sha256).findings[0]?.marks[0];

  test("leads to the slice that it changes most, and stays where that is one of them", async () => {
    const store = fresh();
    const before = await store.add(segment([1, [0, 9]], [2, [0, 1]]));
    const after = await store.add(segment([1, [0, 9]], [2, [0, 2]], [3, [0, 4]]));
    const step = [markOf(before.sha256), markOf(after.sha256)] as const;
    expect(changedPlace(store, step, null)?.geometry).toMatchObject({ frame_number: 3 });
    expect(changedPlace(store, step, markOn(1))?.geometry).toMatchObject({ frame_number: 3 });
    expect(changedPlace(store, step, markOn(2))?.geometry).toMatchObject({ frame_number: 2 });
    expect(changedPlace(store, [undefined, step[1]], null)).toBeNull();
  });
});

describe("keeping", () => {
  test("a version outlives the page until the read is signed", async () => {
    const sent = server();
    const made = segment([1, [0, 4]]);
    const { sha256, isKept } = await fresh().add(made);
    expect(isKept).toBe(true);
    const later = fresh();
    expect(later.peek(sha256)).toBeUndefined();
    expect(segmentText(await later.version(SEGMENT_ID, sha256))).toBe(segmentText(made));
    expect(sent).toEqual([]);
    await later.upload(naming(sha256));
    expect(sent).toHaveLength(1);
    await later.forget();
    server(problem(404, "not_found"));
    await expect(fresh().version(SEGMENT_ID, sha256)).rejects.toThrow();
  });

  test("what the server has is no longer kept here, and comes from there", async () => {
    const made = segment([1, [0, 6]]);
    const { sha256 } = await fresh().add(made);
    const sent = server(new Response("{}"), new Response(segmentText(made)));
    await fresh().upload(naming(sha256));
    expect(segmentText(await fresh().version(SEGMENT_ID, sha256))).toBe(segmentText(made));
    expect(sent.map(({ method }) => method)).toEqual(["PUT", "GET"]);
  });

  test("after 30 days it goes, signed or not", async () => {
    server(problem(404, "not_found"));
    const { sha256 } = await fresh().add(segment([1, [0, 5]]));
    await forgetOldSegments(new Date(Date.now() + 29 * 86_400_000));
    expect((await fresh().version(SEGMENT_ID, sha256)).slices.size).toBe(1);
    await forgetOldSegments(new Date(Date.now() + 31 * 86_400_000));
    await expect(fresh().version(SEGMENT_ID, sha256)).rejects.toThrow();
  });

  test("what the browser does not have comes from the server, and only if its digest is right", async () => {
    const text = segmentText(segment([1, [2, 2]]));
    const sha256 = await digestOf(text);
    const sent = server(new Response(text), new Response(text.replace("[2,2]", "[2,3]")));
    const store = fresh();
    expect(segmentText(await store.version(SEGMENT_ID, sha256))).toBe(text);
    expect(sent[0]?.url).toContain(`/segments/${SEGMENT_ID}/${sha256}`);
    await expect(fresh().version(SEGMENT_ID, sha256)).rejects.toThrow("damaged");
  });

  test("what the read named when it was opened is on the server already", async () => {
    const sha256 = await digestOf(segmentText(segment([1, [0, 1]])));
    const sent = server();
    await fresh(naming(sha256)).upload(naming(sha256));
    expect(sent).toEqual([]);
    expect(segmentsIn(naming(sha256))).toHaveLength(1);
    expect(parsedSegment(segmentText(segment([1, [0, 1]]))).slices.size).toBe(1);
  });
});
