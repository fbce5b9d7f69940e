import type { LocalCopy } from "./autosave";
import type { Code } from "./labelSchema";
import type { Answer, Finding, Geometry, Measurements, ReadPayload } from "./payload";

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

/** A payload of any version as the newest one; the same rules as annotations/domain/payload_upgrade.py. */
export function upgradedPayload(payload: ReadPayload | PayloadOf1): ReadPayload {
  if (payload.version === 2) return payload;
  return {
    version: 2,
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
  payload: ReadPayload | PayloadOf1;
  revision: number;
  sending: { idempotencyKey: string; baseRevision: number; payload: ReadPayload | PayloadOf1 } | null;
  setAside: ReadPayload | PayloadOf1 | null;
}

/** Work kept in this browser, perhaps by an older page, as this one keeps it. */
export function upgradedCopy(copy: LocalCopy | OlderCopy, keptAt: string): LocalCopy {
  if (isOfThisVersion(copy)) return copy;
  const isNewest = copy.payload.version === 2;
  const sending = copy.sending && { ...copy.sending, payload: upgradedPayload(copy.sending.payload) };
  return {
    payload: upgradedPayload(copy.payload),
    setAside: copy.setAside ? [{ payload: upgradedPayload(copy.setAside), at: keptAt }] : [],
    // An unanswered send cannot be repeated in other words under its key; the work goes on from its base.
    sending: isNewest ? sending : null,
    revision: isNewest ? copy.revision : (sending?.baseRevision ?? copy.revision),
    unsentSince: keptAt,
  };
}

function isOfThisVersion(copy: LocalCopy | OlderCopy): copy is LocalCopy {
  return "unsentSince" in copy;
}
