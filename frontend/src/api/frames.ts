import { guessOf, pageLine, type Transfer } from "@/domain/frames/line";
import type { DicomInstance, Manifest } from "@/domain/frames/manifest";
import { framesOf, isFromDicomweb, knowFrames } from "@/domain/frames/registry";
import { type Place, SeriesFrames, type Transport, type Urgency } from "@/domain/frames/series";
import { bodyOf } from "./earlyBytes";
import { Problem } from "./problem";
import { call, send } from "./send";

interface GrantedSeries {
  series_instance_uid: string;
  state: "READY" | "PENDING" | "FAILED";
  frames_url: string | null;
}

/** The right to fetch the frames of an imaging study, and where they are. */
export interface FrameGrant {
  study_instance_uid: string;
  grant: string;
  expires_at: string;
  series: GrantedSeries[];
}

interface Held {
  answer: Promise<FrameGrant>;
  renewAt: number;
  expiresAt: number;
}

const GRANT_HEADER = "X-Frame-Grant";
// Well within the half hour that a grant lives.
const RENEW_AFTER_MS = 10 * 60 * 1000;
const LIFE_MS = 29 * 60 * 1000;
const TRY_AGAIN_MS = 30 * 1000;
// Of a case with its priors and of the next one; what is older is asked for anew.
const MOST_HELD = 32;

const held = new Map<string, Held>();

const FRAMES_PATH = /\/frames\/[^?]+\/(raw|htj2k)\/[0-9-]+$/;

/** The line is measured by the browser's own clock of each answer: the page's would count its own work too. */
function transfersOf(entries: PerformanceEntryList): Transfer[] {
  return (entries as PerformanceResourceTiming[])
    .filter(({ name, transferSize, encodedBodySize }) => {
      // What came from the browser's cache measures nothing.
      return transferSize >= encodedBodySize && FRAMES_PATH.test(name);
    })
    .map((entry) => ({ bytes: entry.encodedBodySize, from: entry.responseStart, to: entry.responseEnd }));
}

const observer = new PerformanceObserver((list) => {
  for (const transfer of transfersOf(list.getEntries())) pageLine.add(transfer);
});
observer.observe({ type: "resource" });
pageLine.untold = () => transfersOf(observer.takeRecords());
pageLine.guessed = () => {
  // Not in every browser.
  const { connection } = navigator as Navigator & { connection?: Parameters<typeof guessOf>[0] };
  return connection ? guessOf(connection) : null;
};

/** Grants that came along with another answer need not be asked for. */
export function takeGrants(grants: FrameGrant[]): void {
  for (const grant of grants) hold(grant.study_instance_uid, Promise.resolve(grant), Date.now());
}

function hold(studyInstanceUid: string, answer: Promise<FrameGrant>, now: number): void {
  held.delete(studyInstanceUid);
  held.set(studyInstanceUid, { answer, renewAt: now + RENEW_AFTER_MS, expiresAt: now + LIFE_MS });
  for (const oldest of held.keys()) {
    if (held.size <= MOST_HELD) return;
    held.delete(oldest);
  }
}

function grantFor(studyInstanceUid: string, isRenewed = false): Promise<FrameGrant> {
  const kept = held.get(studyInstanceUid);
  if (kept && !isRenewed && Date.now() < kept.renewAt) return kept.answer;
  const now = Date.now();
  const path = `/api/v1/frame-grants/${studyInstanceUid}`;
  const answer = call<FrameGrant>("GET", path, { stayOnSignOut: true }).catch((failure: unknown) => {
    held.delete(studyInstanceUid);
    if (isRefusal(failure) || !kept || Date.now() > kept.expiresAt) throw failure;
    // The database may be down: what was granted goes on until it expires.
    held.set(studyInstanceUid, { ...kept, renewAt: Date.now() + TRY_AGAIN_MS });
    return kept.answer;
  });
  hold(studyInstanceUid, answer, now);
  return answer;
}

function isRefusal(failure: unknown): boolean {
  return failure instanceof Problem && [401, 403, 404].includes(failure.status);
}

/** Fetch a file of a series under the study's grant. Every such file is immutable, so the browser keeps it. */
async function fetchGranted(
  studyInstanceUid: string,
  url: string,
  urgency: Urgency,
  signal?: AbortSignal,
): Promise<Response> {
  const { grant } = await grantFor(studyInstanceUid);
  const request = new Request(new URL(url, window.location.origin), {
    headers: { [GRANT_HEADER]: grant },
    credentials: "same-origin",
    priority: urgency === "now" ? "high" : "low",
    signal: signal ?? null,
  });
  return send(request, true);
}

/** Where a series' frames are; null while they are not written. */
async function urlOf(study: string, series: string, isRenewed: boolean): Promise<string | null> {
  const granted = await grantFor(study, isRenewed);
  return granted.series.find((one) => one.series_instance_uid === series)?.frames_url ?? null;
}

async function placeAt(studyInstanceUid: string, url: string): Promise<Place> {
  const response = await fetchGranted(studyInstanceUid, `${url}/manifest`, "now");
  return { url, manifest: (await response.json()) as Manifest };
}

const underWay = new Map<string, Promise<DicomInstance[] | null>>();

/**
 * Make a series' frames known to the viewer and return its metadata; null when they are not written yet, and the
 * series has to come from DICOMweb.
 */
export function openFrames(
  studyInstanceUid: string,
  seriesInstanceUid: string,
): Promise<DicomInstance[] | null> {
  const asked = underWay.get(seriesInstanceUid);
  if (asked) return asked;
  const opening = findFrames(studyInstanceUid, seriesInstanceUid).finally(() =>
    underWay.delete(seriesInstanceUid),
  );
  underWay.set(seriesInstanceUid, opening);
  return opening;
}

async function findFrames(
  studyInstanceUid: string,
  seriesInstanceUid: string,
): Promise<DicomInstance[] | null> {
  if (isFromDicomweb(seriesInstanceUid)) return null;
  // A series that was not ready may be now.
  const url =
    (await urlOf(studyInstanceUid, seriesInstanceUid, false)) ??
    (await urlOf(studyInstanceUid, seriesInstanceUid, true));
  if (!url) return null;
  const known = framesOf(seriesInstanceUid);
  if (known?.url === url) return known.instances;
  const place = await placeAt(studyInstanceUid, url);
  const frames = new SeriesFrames(place, transportOf(studyInstanceUid, seriesInstanceUid), pageLine);
  knowFrames(studyInstanceUid, seriesInstanceUid, frames);
  return frames.instances;
}

function transportOf(studyInstanceUid: string, seriesInstanceUid: string): Transport {
  return {
    find: async () => {
      const url = await urlOf(studyInstanceUid, seriesInstanceUid, true);
      if (url) return placeAt(studyInstanceUid, url);
      throw new Error("The images are being prepared anew; try again in a moment.");
    },
    fetch: async (url, urgency, { early, signal } = {}) =>
      bodyOf(await fetchGranted(studyInstanceUid, url, urgency, signal), early),
    isGone: (failure) => failure instanceof Problem && failure.status === 404,
  };
}
