/** What is on its way for the case on the screen: the next case waits until there is nothing. */
let underWay = 0;
let lastEndedAt = 0;

export async function withTraffic<T>(work: () => Promise<T>): Promise<T> {
  underWay += 1;
  return work().finally(() => {
    underWay -= 1;
    lastEndedAt = performance.now();
  });
}

/** Has nothing been on its way for this long? */
export function isLineFree(forMs: number): boolean {
  return underWay === 0 && performance.now() - lastEndedAt > forMs;
}
