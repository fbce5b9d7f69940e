import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alphaOf,
  asking,
  byCriterion,
  counting,
  EMPTY_PLAN,
  freeKeyOf,
  keyOf,
  knownText,
  measuring,
  type Plan,
  type PlanEndpoint,
  type PlanVersion,
  placeText,
  saidOf,
  saidOnce,
  stateOf,
  versionToRun,
  withEndpointAt,
  withLevel,
  withNewEndpoint,
  withSubject,
} from "./analysisPlan";

const GAIN: PlanEndpoint = {
  key: "gain",
  role: "PRIMARY",
  figure: "AUC",
  threshold: null,
  of: "aided",
  against: "unaided",
  hypothesis: "DIFFERENCE",
  margin: null,
  alpha: 0.05,
  method: "MRMC_OR",
  generalise_to: "READERS_AND_CASES",
};
const PLAN: Plan = {
  ...EMPTY_PLAN,
  subjects: [
    { key: "unaided", kind: "READERS", arm: "A", phase: "SIGNED" },
    { key: "aided", kind: "READERS", arm: "B", phase: "SIGNED" },
  ],
  endpoints: [GAIN],
};

describe("editing a plan", () => {
  it("renames a subject wherever it is named", () => {
    const renamed = withSubject(PLAN, 0, { key: "alone", kind: "READERS", arm: "A", phase: "SIGNED" });
    expect(renamed.endpoints[0]).toMatchObject({ of: "aided", against: "alone" });
  });

  it("says when a mark is on a lesion where lesions are counted, and nowhere else", () => {
    const counted = counting(PLAN, "LESION", [{ key: "nodules" }, { key: "masses" }]);
    const first = { question: "nodules", criterion: "DISTANCE", max_distance_mm: 10, min_iou: null };
    expect(counted).toMatchObject({ unit: "LESION", localisation: first });
    expect(counting(counting(counted, "LESION", []), "CASE", [])).toEqual(PLAN);
    expect(counting(PLAN, "LESION", []).localisation?.question).toBeNull();
    expect(byCriterion("IOU")).toEqual({ criterion: "IOU", max_distance_mm: null, min_iou: 0.1 });
  });

  it("takes a method that has the figure of marks, and leaves it with the figure", () => {
    expect(measuring(GAIN, "WAFROC").method).toBe("MRMC_OR");
    expect(measuring({ ...GAIN, method: "MRMC_U" }, "WAFROC").method).toBe("MRMC_OR");
    expect(measuring({ ...GAIN, method: "DELONG" }, "AFROC").method).toBe("JACKKNIFE");
    expect(measuring({ ...GAIN, method: "JACKKNIFE" }, "AUC").method).toBe("DELONG");
    expect(measuring({ ...GAIN, method: "JACKKNIFE" }, "SENSITIVITY").method).toBe("PROPORTION");
  });

  it("makes one more endpoint of the last, under a name of its own", () => {
    const two = withNewEndpoint(withNewEndpoint(PLAN));
    expect(two.endpoints.map(({ key, role }) => `${key} ${role}`)).toEqual([
      "gain PRIMARY",
      "gain_2 SECONDARY",
      "gain_3 SECONDARY",
    ]);
    const keys = (plan: Plan) => plan.endpoints.map(({ key }) => key);
    expect(keys(withEndpointAt(two, 2, 1))).toEqual(["gain", "gain_3", "gain_2"]);
    expect(keys(withEndpointAt(two, 0, 1))).toEqual(["gain_2", "gain", "gain_3"]);
    expect(keys(withEndpointAt(two, 0, -1))).toEqual(keys(two));
    expect(keys(withEndpointAt(two, 2, 3))).toEqual(keys(two));
    const first = withNewEndpoint({ ...PLAN, endpoints: [] }).endpoints[0];
    expect(first).toMatchObject({ of: "unaided", against: null, hypothesis: "ESTIMATE", role: "PRIMARY" });
  });

  it("keeps what is compared and what is asked together", () => {
    const alone = asking(PLAN, GAIN, "ESTIMATE");
    expect(alone.against).toBeNull();
    expect(asking(PLAN, alone, "SUPERIORITY").against).toBe("unaided");
    expect(asking(PLAN, { ...GAIN, against: 0.8 }, "SUPERIORITY").against).toBe(0.8);
    expect(measuring({ ...GAIN, figure: "SENSITIVITY", threshold: 3 }, "AUC").threshold).toBeNull();
    const equal: PlanEndpoint = { ...GAIN, hypothesis: "EQUIVALENCE", margin: 0.1 };
    expect(asking(PLAN, equal, "SUPERIORITY").margin).toBeNull();
    expect(asking(PLAN, equal, "NON_INFERIORITY").margin).toBe(0.1);
  });

  it("keeps alpha with the intervals, and leaves another one alone", () => {
    expect(asking(PLAN, GAIN, "NON_INFERIORITY").alpha).toBe(0.025);
    expect(asking(PLAN, { ...GAIN, alpha: 0.01 }, "NON_INFERIORITY").alpha).toBe(0.01);
    expect(withLevel(PLAN, 0.9).endpoints[0]?.alpha).toBe(0.1);
    expect(withLevel(withLevel(PLAN, 0.9), 0.95)).toEqual(PLAN);
    expect(alphaOf(0.99, "EQUIVALENCE")).toBe(0.005);
  });

  it("makes keys of anything that the form takes", () => {
    expect(keyOf("AUC gain, aided")).toBe("auc_gain_aided");
    expect(keyOf("3 readers")).toBe("readers");
    expect(freeKeyOf("ai", ["ai", "ai_2"])).toBe("ai_3");
    expect(freeKeyOf("a".repeat(30), ["a".repeat(30)])).toBe(`${"a".repeat(26)}_2`);
    fc.assert(fc.property(fc.string(), (text) => /^([a-z][a-z0-9_]{0,29})?$/.test(keyOf(text))));
  });
});

describe("what is said of a plan", () => {
  const said = [
    { level: "WARNING", field: "plan.endpoints[0].method", code: "a", detail: "A.", endpoint: "gain" },
    { level: "ERROR", field: "plan.endpoints[0].method", code: "b", detail: "B.", endpoint: "gain" },
    { level: "ERROR", field: "plan.endpoints[10].method", code: "c", detail: "C.", endpoint: "loss" },
  ] as const;

  it("stands at its field, errors first", () => {
    expect(saidOf([...said], "plan.endpoints[0].method").map(({ code }) => code)).toEqual(["b", "a"]);
  });

  it("is said once, with the endpoints that it is about", () => {
    expect(
      saidOnce([
        { detail: "Clustered.", endpoint: "gain" },
        { detail: "Truth.", endpoint: null },
        { detail: "Clustered.", endpoint: "loss" },
        { detail: "Clustered.", endpoint: "loss" },
      ]),
    ).toEqual(["gain, loss: Clustered.", "Truth."]);
  });

  it("names the place as the page does", () => {
    expect(placeText("plan.endpoints[1].generalise_to")).toBe("Endpoint 2: holds for");
    expect(placeText("plan.endpoints[1].method", "gain")).toBe("Endpoint 2 (gain): method");
    expect(placeText("plan.subjects[0]")).toBe("Subject 1");
    expect(placeText("plan.population.sessions")).toBe("Sessions");
    expect(placeText("plan.multiplicity")).toBe("Multiplicity");
    expect(placeText("plan")).toBe("Plan");
  });
});

describe("versions", () => {
  const lock = { username: "carla", created_at: "", truth_was_locked: false, results_before: 0 };
  const version = (number: number, locked: boolean) =>
    ({ number, lock: locked ? lock : null }) as PlanVersion;

  it("say what became of them", () => {
    const versions = [version(4, false), version(3, true), version(2, false), version(1, true)];
    expect(versions.map((one) => stateOf(one, versions))).toEqual(["DRAFT", "LOCKED", "REPLACED", "AMENDED"]);
  });

  it("the newest that is locked is run", () => {
    const versions = [version(4, false), version(3, true), version(2, false), version(1, true)];
    expect(versionToRun(versions)?.number).toBe(3);
    expect(versionToRun([version(1, false)])).toBeUndefined();
  });

  it("say what was known at the lock", () => {
    expect(knownText(lock)).toBe("before the truth was locked");
    expect(knownText({ ...lock, truth_was_locked: true })).toBe("after the truth was locked");
    expect(knownText({ ...lock, results_before: 1 })).toBe("after 1 result had been computed");
    expect(knownText({ ...lock, results_before: 3 })).toBe("after 3 results had been computed");
  });
});
