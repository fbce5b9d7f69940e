/** Imaging studies that are read as one case, by their ids; the first one is the one that the AI is judged by. */
export type TogetherIds = readonly string[];

/** The most that the server lets be read together. */
export const MOST_TOGETHER = 8;

/** The cases with more, each a case of its own. */
export function withAdded(cases: readonly TogetherIds[], ids: string[]): TogetherIds[] {
  const known = new Set(cases.flat());
  return [...cases, ...ids.filter((id) => !known.has(id)).map((id) => [id])];
}

/** The cases without these imaging studies; a case that has none left is gone. */
export function withRemoved(cases: readonly TogetherIds[], ids: readonly string[]): TogetherIds[] {
  const removed = new Set(ids);
  return cases
    .map((one) => (one.some((id) => removed.has(id)) ? one.filter((id) => !removed.has(id)) : one))
    .filter((one) => one.length > 0);
}

/** The cases that begin with these imaging studies made one, in the place of the first of them. */
export function withJoined(cases: readonly TogetherIds[], firsts: ReadonlySet<string>): TogetherIds[] {
  const isJoined = ([first = ""]: TogetherIds) => firsts.has(first);
  const together = cases.filter(isJoined).flat();
  const place = cases.findIndex(isJoined);
  return cases.flatMap((one, index) => {
    if (index === place) return [together];
    return isJoined(one) ? [] : [one];
  });
}

/** A case made as many as it has imaging studies, in its place. */
export function withSplit(cases: readonly TogetherIds[], first: string): TogetherIds[] {
  return cases.flatMap((one) => (one[0] === first ? one.map((id) => [id]) : [one]));
}

/** An imaging study of a case one place earlier. */
export function withEarlier(cases: readonly TogetherIds[], id: string): TogetherIds[] {
  return cases.map((one) => {
    const place = one.indexOf(id);
    if (place < 1) return one;
    const others = one.filter((other) => other !== id);
    return [...others.slice(0, place - 1), id, ...others.slice(place - 1)];
  });
}

/** What was changed of `base`, done to the cases that are stored now; no imaging study is then in two cases. */
export function rebasedCases(
  base: readonly TogetherIds[],
  chosen: readonly TogetherIds[],
  now: readonly TogetherIds[],
): TogetherIds[] {
  const [before, after] = [new Set(base.map(keyOf)), new Set(chosen.map(keyOf))];
  const own = chosen.filter((one) => !before.has(keyOf(one)));
  const kept = now.filter((one) => !before.has(keyOf(one)) || after.has(keyOf(one)));
  return [...withRemoved(kept, own.flat()), ...own];
}

export function keyOf(one: TogetherIds): string {
  return one.join(" ");
}
