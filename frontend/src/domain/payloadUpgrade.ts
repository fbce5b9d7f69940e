import type { LocalCopy } from "./autosave";
import type { History } from "./history";
import type { Code } from "./labelSchema";
import {
  type Answer,
  EMPTY_PAYLOAD,
  type Finding,
  type Geometry,
  type Measurements,
  type ReadPayload,
} from "./payload";

/** A finding of version 1 was one mark; sizes that were not measured were null. */
interface FindingOf1 {
  id: string;
  question: string | null;
  code: Code | null;
  confidence: number | null;
  geometry: Geometry;
  measurements: Partial<Record<"length_mm" | "width_mm" | "height_mm" | "area_mm2", number | null>>;
}

export interface PayloadOf1 {
  version: 1;
  answers: Record<string, Answer>;
  findings: FindingOf1[];
}

/** Version 3 has more kinds of answers; a read in version 2 says the same in version 3. */
export type PayloadOf2 = Omit<ReadPayload, "version"> & { version: 2 };

export type OlderPayload = PayloadOf1 | PayloadOf2;

/** A payload of any version as the newest one; the same rules as annotations/domain/payload_upgrade.py. */
export function upgradedPayload(payload: ReadPayload | OlderPayload): ReadPayload {
  if (payload.version === 3) return payload;
  if (payload.version === 2) return { ...payload, version: 3 };
  return {
    version: 3,
    answers: payload.answers,
    findings: payload.findings.map(upgradedFinding),
    ai_decisions: [],
  };
}

function upgradedFinding(finding: FindingOf1): Finding {
  const { id, question, code, confidence, geometry } = finding;
  // The mark takes over the finding's id, so that every upgrade of a read gives the same.
  const mark = { id, geometry, measurements: upgradedMeasurements(finding) };
  return { id, question, code, confidence, answers: {}, marks: [mark] };
}

/** Version 1 kept no spacing beside pixel points, so millimetres there could not be checked. */
function upgradedMeasurements({ geometry, measurements }: FindingOf1): Measurements {
  if (!geometry.points_mm) return {};
  return Object.fromEntries(Object.entries(measurements).filter(([, value]) => value !== null));
}

/** Work as an older page kept it: with one version set aside at most, and undated. */
export interface OlderCopy {
  payload: ReadPayload | OlderPayload;
  revision: number;
  sending: { idempotencyKey: string; baseRevision: number; payload: ReadPayload | OlderPayload } | null;
  setAside: ReadPayload | OlderPayload | null;
}

/** A copy of this page's own shape whose contents an older page may have written. */
type KeptCopy = LocalCopy | OlderCopy;

/** Work kept in this browser, perhaps by an older page, as this one keeps it. */
export function upgradedCopy(copy: KeptCopy, keptAt: string): LocalCopy {
  const isNewest = isOfThisVersion(copy) && copy.payload.version === EMPTY_PAYLOAD.version;
  if (isNewest) return copy;
  // An unanswered send cannot be repeated in other words under its key; the work goes on from its base.
  const isSendNewest = copy.sending?.payload.version === EMPTY_PAYLOAD.version;
  const sending = isSendNewest && copy.sending ? { ...copy.sending } : null;
  return {
    payload: upgradedPayload(copy.payload),
    setAside: setAsideOf(copy, keptAt),
    sending: sending && { ...sending, payload: upgradedPayload(sending.payload) },
    revision: sending ? copy.revision : (copy.sending?.baseRevision ?? copy.revision),
    unsentSince: isOfThisVersion(copy) ? (copy.unsentSince ?? keptAt) : keptAt,
  };
}

function setAsideOf(copy: KeptCopy, keptAt: string): LocalCopy["setAside"] {
  if (isOfThisVersion(copy)) {
    return copy.setAside.map((one) => ({ ...one, payload: upgradedPayload(one.payload) }));
  }
  return copy.setAside ? [{ payload: upgradedPayload(copy.setAside), at: keptAt }] : [];
}

/** The way back and forth through a read, perhaps kept by an older page. */
export function upgradedHistory(history: History<ReadPayload | OlderPayload>): History<ReadPayload> {
  return {
    past: history.past.map(upgradedPayload),
    present: upgradedPayload(history.present),
    future: history.future.map(upgradedPayload),
  };
}

function isOfThisVersion(copy: KeptCopy): copy is LocalCopy {
  return "unsentSince" in copy;
}
