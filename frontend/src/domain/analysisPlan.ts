/** The analysis plan as the server keeps it (validation/plans/schemas/analysis-plan.schema.json), and its editing. */

export type Unit = "CASE" | "PATIENT" | "LESION";
export type Figure =
  | "AUC"
  | "SENSITIVITY"
  | "SPECIFICITY"
  | "WAFROC"
  | "AFROC"
  | "FROC"
  | "INFERRED_AUC"
  | "LESION_SENSITIVITY";
export type Hypothesis = "ESTIMATE" | "DIFFERENCE" | "SUPERIORITY" | "NON_INFERIORITY" | "EQUIVALENCE";
export type Method =
  | "MRMC_OR"
  | "MRMC_U"
  | "AI_VS_READERS"
  | "JACKKNIFE"
  | "DELONG"
  | "CLUSTERED_DELONG"
  | "PROPORTION"
  | "CLUSTERED_PROPORTION"
  | "MCNEMAR";
export type Generalisation = "READERS_AND_CASES" | "CASES" | "READERS";
export type Multiplicity = "NONE" | "FIXED_SEQUENCE" | "HOLM" | "HOCHBERG" | "BONFERRONI";

export interface ReadersSubject {
  key: string;
  kind: "READERS";
  arm: string;
  phase: "FIRST" | "SIGNED";
}

export interface AiSubject {
  key: string;
  kind: "AI";
  model_version_id: string;
  operating_point: number | null;
  /** Number of the operating layer through which scores go; left out without one. */
  operating_layer?: number | null;
}

export type PlanSubject = ReadersSubject | AiSubject;

/** Numbers that are null while their field is empty: the server then says what is missing. */
export interface PlanEndpoint {
  key: string;
  role: "PRIMARY" | "SECONDARY";
  figure: Figure;
  threshold: number | null;
  of: string;
  /** Another subject, a fixed value, or nothing. */
  against: string | number | null;
  hypothesis: Hypothesis;
  margin: number | null;
  alpha: number | null;
  method: Method;
  generalise_to: Generalisation;
}

/** When a mark is on a lesion: by the distance of the centres in mm, or by the overlap of the boxes around them. */
export interface Localisation {
  /** Key of the located finding whose marks count; null where no readers mark. */
  question: string | null;
  criterion: "DISTANCE" | "IOU";
  max_distance_mm: number | null;
  min_iou: number | null;
}

export interface Plan {
  population: { sessions: number[] | null };
  unit: Unit;
  /** Of plans that count lesions only. */
  localisation?: Localisation;
  reference_standard_version: number | null;
  level: number;
  subjects: PlanSubject[];
  endpoints: PlanEndpoint[];
  multiplicity: Multiplicity;
}

export interface PlanFinding {
  level: "ERROR" | "WARNING";
  /** A path in the document, such as `plan.endpoints[0].method`. */
  field: string;
  code: string;
  detail: string;
  /** Name of the endpoint that it is about. */
  endpoint: string | null;
}

export const EMPTY_PLAN: Plan = {
  population: { sessions: null },
  unit: "CASE",
  reference_standard_version: null,
  level: 0.95,
  subjects: [],
  endpoints: [],
  multiplicity: "NONE",
};

const DECIDED: Figure[] = ["SENSITIVITY", "SPECIFICITY"];
const LOCATED: Figure[] = ["WAFROC", "AFROC", "FROC", "INFERRED_AUC", "LESION_SENSITIVITY"];
const OF_MARKS: Method[] = ["MRMC_OR", "AI_VS_READERS", "JACKKNIFE"];
/** As the portal matches the marks of several readers, unless somebody says otherwise. */
const DEFAULT_DISTANCE_MM = 10;
const DEFAULT_IOU = 0.1;
const NEEDS_MARGIN: Hypothesis[] = ["NON_INFERIORITY", "EQUIVALENCE"];

export const isDecided = ({ figure }: PlanEndpoint): boolean => DECIDED.includes(figure);
export const needsMargin = ({ hypothesis }: PlanEndpoint): boolean => NEEDS_MARGIN.includes(hypothesis);

/** The alpha whose test goes with intervals of a level: half the rest where it is one-sided. */
export function alphaOf(level: number, hypothesis: Hypothesis): number {
  return Number(((1 - level) / (NEEDS_MARGIN.includes(hypothesis) ? 2 : 1)).toFixed(6));
}

/** A name as keys are written: what is typed, in small letters, with `_` for all that is no letter or digit. */
export function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 30);
}

/** The key, with a number behind it where it is taken. */
export function freeKeyOf(key: string, taken: string[]): string {
  const stem = key.replace(/_\d+$/, "").slice(0, 26);
  let free = key;
  for (let number = 2; taken.includes(free); number += 1) free = `${stem}_${number}`;
  return free;
}

export function withSubject(plan: Plan, index: number, subject: PlanSubject): Plan {
  const before = plan.subjects[index]?.key;
  const renamed = (key: string) => (key === before ? subject.key : key);
  return {
    ...plan,
    subjects: plan.subjects.map((one, at) => (at === index ? subject : one)),
    // Endpoints go on naming the same subject.
    endpoints: plan.endpoints.map((one) => ({
      ...one,
      of: renamed(one.of),
      against: typeof one.against === "string" ? renamed(one.against) : one.against,
    })),
  };
}

export function withoutSubject(plan: Plan, index: number): Plan {
  return { ...plan, subjects: plan.subjects.filter((_, at) => at !== index) };
}

export function withEndpoint(plan: Plan, index: number, endpoint: PlanEndpoint): Plan {
  return { ...plan, endpoints: plan.endpoints.map((one, at) => (at === index ? endpoint : one)) };
}

export function withoutEndpoint(plan: Plan, index: number): Plan {
  return { ...plan, endpoints: plan.endpoints.filter((_, at) => at !== index) };
}

/** The endpoint at another place (0 is the first): in a fixed sequence the order decides. */
export function withEndpointAt(plan: Plan, index: number, place: number): Plan {
  if (place < 0 || place >= plan.endpoints.length) return plan;
  const endpoints = [...plan.endpoints];
  const moved = endpoints.splice(index, 1);
  endpoints.splice(place, 0, ...moved);
  return { ...plan, endpoints };
}

/** One more endpoint: like the last one but secondary, or a first one of the first subject. */
export function withNewEndpoint(plan: Plan): Plan {
  const taken = plan.endpoints.map(({ key }) => key);
  const last = plan.endpoints.at(-1);
  const [first] = plan.subjects;
  const isAi = first?.kind === "AI";
  const made: PlanEndpoint = last
    ? { ...last, key: freeKeyOf(last.key, taken), role: "SECONDARY" }
    : {
        key: "endpoint",
        role: "PRIMARY",
        figure: "AUC",
        threshold: null,
        of: first?.key ?? "",
        against: null,
        hypothesis: "ESTIMATE",
        margin: null,
        alpha: alphaOf(plan.level, "ESTIMATE"),
        method: isAi ? "DELONG" : "MRMC_OR",
        generalise_to: isAi ? "CASES" : "READERS_AND_CASES",
      };
  return { ...plan, endpoints: [...plan.endpoints, made] };
}

/**
 * Another hypothesis: compared with what it was or with the first that there is, with a margin only where it has one,
 * and with an alpha that goes with the intervals if the one before did.
 */
export function asking(plan: Plan, endpoint: PlanEndpoint, hypothesis: Hypothesis): PlanEndpoint {
  const { level } = plan;
  const other = plan.subjects.find(({ key }) => key !== endpoint.of)?.key ?? null;
  const fitted = endpoint.alpha === alphaOf(level, endpoint.hypothesis);
  return {
    ...endpoint,
    hypothesis,
    against: hypothesis === "ESTIMATE" ? null : (endpoint.against ?? other),
    margin: NEEDS_MARGIN.includes(hypothesis) ? endpoint.margin : null,
    alpha: fitted ? alphaOf(level, hypothesis) : endpoint.alpha,
  };
}

/** Another figure, with a method that has it where the one before has none of its kind. */
export function measuring(endpoint: PlanEndpoint, figure: Figure): PlanEndpoint {
  const threshold = DECIDED.includes(figure) ? endpoint.threshold : null;
  return { ...endpoint, figure, threshold, method: methodFor(endpoint.method, figure) };
}

function methodFor(method: Method, figure: Figure): Method {
  if (!LOCATED.includes(figure)) {
    if (method !== "JACKKNIFE") return method;
    return DECIDED.includes(figure) ? "PROPORTION" : "DELONG";
  }
  if (OF_MARKS.includes(method)) return method;
  return method === "MRMC_U" ? "MRMC_OR" : "JACKKNIFE";
}

/** Another unit: what counts lesions says when a mark is on one. `questions`: the located findings that readers mark. */
export function counting(plan: Plan, unit: Unit, questions: { key: string }[]): Plan {
  const { localisation, ...rest } = plan;
  if (unit !== "LESION") return { ...rest, unit };
  const first = { ...byCriterion("DISTANCE"), question: questions[0]?.key ?? null };
  return { ...rest, unit, localisation: localisation ?? first };
}

/** A criterion with its usual limit. */
export function byCriterion(criterion: Localisation["criterion"]): Omit<Localisation, "question"> {
  return criterion === "DISTANCE"
    ? { criterion, max_distance_mm: DEFAULT_DISTANCE_MM, min_iou: null }
    : { criterion, max_distance_mm: null, min_iou: DEFAULT_IOU };
}

/** Another level of the intervals, with every alpha that went with the one before. */
export function withLevel(plan: Plan, level: number): Plan {
  return {
    ...plan,
    level,
    endpoints: plan.endpoints.map((one) =>
      one.alpha === alphaOf(plan.level, one.hypothesis)
        ? { ...one, alpha: alphaOf(level, one.hypothesis) }
        : one,
    ),
  };
}

/** Each thing that is said once, with the names of the endpoints that it is about before it. */
export function saidOnce(findings: Pick<PlanFinding, "detail" | "endpoint">[]): string[] {
  const about = new Map<string, string[]>();
  for (const { detail, endpoint } of findings) {
    const names = about.get(detail) ?? [];
    about.set(detail, endpoint && !names.includes(endpoint) ? [...names, endpoint] : names);
  }
  return [...about].map(([detail, names]) => (names.length > 0 ? `${names.join(", ")}: ${detail}` : detail));
}

/** What is said of one field, errors first. */
export function saidOf(findings: PlanFinding[], field: string): PlanFinding[] {
  return findings
    .filter((one) => one.field === field)
    .sort((a, b) => Number(b.level === "ERROR") - Number(a.level === "ERROR"));
}

export const isError = ({ level }: PlanFinding): boolean => level === "ERROR";

/** The version that a run carries out: the newest that is locked. `versions`: newest first. */
export const versionToRun = (versions: PlanVersion[]): PlanVersion | undefined =>
  versions.find(({ lock }) => lock !== null);

/** Where in the page a field of the document is: `Endpoint 2 (gain): method`. */
export function placeText(field: string, endpoint: string | null = null): string {
  const part = /^plan\.(subjects|endpoints)\[(\d+)\]\.?(.*)$/.exec(field);
  if (part) {
    const number = `${part[1] === "subjects" ? "Subject" : "Endpoint"} ${Number(part[2]) + 1}`;
    const place = endpoint ? `${number} (${endpoint})` : number;
    return part[3] ? `${place}: ${fieldText(part[3])}` : place;
  }
  const name = fieldText(field.replace(/^plan\.?/, "") || "plan");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

const fieldText = (name: string) =>
  (
    ({
      of: "of whom",
      against: "compared with",
      key: "name",
      generalise_to: "holds for",
      model_version_id: "AI version",
      operating_layer: "operating layer",
      reference_standard_version: "truth",
      "population.sessions": "sessions",
      localisation: "when a mark is on a lesion",
      "localisation.question": "whose marks count",
      "localisation.max_distance_mm": "distance of a mark from a lesion",
      "localisation.min_iou": "overlap of a mark with a lesion",
    }) as Record<string, string>
  )[name] ?? name.replaceAll("_", " ");

export interface PlanLock {
  username: string;
  created_at: string;
  truth_was_locked: boolean;
  results_before: number;
}

export interface PlanVersion {
  id: string;
  number: number;
  reason: string;
  created_by: string;
  created_at: string;
  digest: string;
  lock: PlanLock | null;
}

/** What a version is: the newest draft, one that a later draft replaced, locked, or locked and amended since. */
export type VersionState = "DRAFT" | "REPLACED" | "LOCKED" | "AMENDED";

/** `versions`: all of a reader study, newest first. */
export function stateOf(version: PlanVersion, versions: PlanVersion[]): VersionState {
  if (version.lock) {
    return versions.some(({ number, lock }) => number > version.number && lock) ? "AMENDED" : "LOCKED";
  }
  return version.number === versions[0]?.number ? "DRAFT" : "REPLACED";
}

/** What was known when a version was locked, as a reader of its results is told. */
export function knownText({ truth_was_locked, results_before }: PlanLock): string {
  if (results_before === 1) return "after 1 result had been computed";
  if (results_before > 1) return `after ${results_before} results had been computed`;
  return truth_was_locked ? "after the truth was locked" : "before the truth was locked";
}
