/** Results in words and digits: what is undefined is named, never shown as 0 or NaN. */

import { isUndefined, type Outcome, type TestOutcome } from "./analysisResult";

const REASONS: Record<string, string> = {
  "no-cases": "no cases",
  "no-positive-cases": "no positive cases",
  "no-negative-cases": "no negative cases",
  "no-positive-calls": "no positive calls",
  "no-negative-calls": "no negative calls",
  "one-class-only": "only one class",
  "zero-denominator": "division by zero",
  "zero-variance": "no variance",
  "no-common-cases": "no common cases",
  "probability-of-0-or-1": "a score of exactly 0 or 1",
  "perfect-separation": "perfect separation",
  "not-converged": "did not converge",
  "not-collected": "not collected",
  "too-few-readers": "too few readers",
  "too-many-readers": "too many readers",
  "missing-readings": "readings are missing",
  "negative-variance": "no error variance is left",
  "below-chance": "higher scores do not go with more positive cases",
  "too-few-cases": "too few cases",
  "unstable-queue": "the queue is unstable",
};

const FEWEST_FIGURES = 6;
/** With so many every number reads back as itself. */
const MOST_FIGURES = 17;

/** How to write ratings or scores that divide cases: in six figures, or as many as tell all of them apart. */
export function ratingWriter(ratings: Iterable<number | null>): (rating: number) => string {
  const different = [...new Set(ratings)].filter((one) => one !== null);
  const written = (figures: number) => (rating: number) => String(Number(rating.toPrecision(figures)));
  const isEnough = (figures: number) => new Set(different.map(written(figures))).size === different.length;
  let figures = FEWEST_FIGURES;
  while (figures < MOST_FIGURES && !isEnough(figures)) figures += 1;
  return written(figures);
}

/** Three decimals, with a true minus sign. */
export function decimal(value: number): string {
  const text = value.toFixed(3);
  // Rounding can leave "-0.000", which says a sign that the number no longer has.
  const isZero = Number(text) === 0;
  return (isZero ? text.replace("-", "") : text).replace("-", "−");
}

/** `0.874 (0.796–0.921)`, or `not defined: no positive cases`. */
export function outcomeText(outcome: Outcome): string {
  if (isUndefined(outcome)) return undefinedText(outcome.undefined);
  const interval = intervalText(outcome.low, outcome.high);
  return interval === ""
    ? `${decimal(outcome.value)} (no interval)`
    : `${decimal(outcome.value)} (${interval})`;
}

/** `0.796–0.921`; with "to" once a bound is negative, because a dash would read as a minus. */
export function intervalText(low: number | null, high: number | null): string {
  if (low === null || high === null) return "";
  return `${decimal(low)}${low < 0 || high < 0 ? " to " : "–"}${decimal(high)}`;
}

export function undefinedText(reason: string): string {
  return `not defined: ${REASONS[reason] ?? reason}`;
}

// Methods are named as the commands name them: in small letters, also after people.
const PEOPLE: Record<string, string> = {
  wilson: "Wilson",
  "clopper-pearson": "Clopper–Pearson",
  "agresti-coull": "Agresti–Coull",
  jeffreys: "Jeffreys",
  poisson: "Poisson",
};

/** The method of an interval, with the names of people as people write them: `ratio estimator, Wilson`. */
export const methodText = (method: string): string =>
  method.replace(
    /\b(wilson|clopper-pearson|agresti-coull|jeffreys|poisson)\b/g,
    (name) => PEOPLE[name] ?? name,
  );

/** What is behind a number: method, count, and the statistician's note. */
export function outcomeDetail(outcome: Outcome): string {
  if (isUndefined(outcome)) return `${outcome.detail} (n = ${outcome.n})`;
  const parts = [`n = ${outcome.n}`, `${percentText(outcome.level)} interval: ${methodText(outcome.method)}`];
  const endpoint = outcome.endpoint && `endpoint ${outcome.endpoint} of the plan`;
  return [...parts, endpoint, outcome.note].filter(Boolean).join(" · ");
}

/** A difference with its sign: `+0.067 (−0.088 to 0.221)`. */
export function differenceText(outcome: Outcome): string {
  if (isUndefined(outcome)) return undefinedText(outcome.undefined);
  return `${outcome.value > 0 ? "+" : ""}${outcomeText(outcome)}`;
}

/** `< 0.001`, `0.034`, or why there is no p value. */
export function pText(test: TestOutcome): string {
  if (isUndefined(test)) return undefinedText(test.undefined);
  return test.p < 0.001 ? "< 0.001" : decimal(test.p);
}

export function testDetail(test: TestOutcome): string {
  if (isUndefined(test)) return test.detail;
  const df = test.df === null ? "" : `, df = ${test.df}`;
  return `${test.method}: statistic ${decimal(test.statistic)}${df}, p ${test.p < 0.001 ? "" : "= "}${pText(test)}, n = ${test.n}`;
}

export function percentText(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
