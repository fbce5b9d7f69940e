/** What is being loaded for the case on the screen: the next case waits until there is nothing. */
let underWay = 0;
let ended = 0;
let lastEndedAt = 0;

export async function withTraffic<T>(work: () => Promise<T>): Promise<T> {
  underWay += 1;
  return work().finally(() => {
    underWay -= 1;
    ended += 1;
    lastEndedAt = performance.now();
  });
}

/** How many loads have ended since the page was opened. */
export function loadsEnded(): number {
  return ended;
}

/** Has nothing been loading for this long? */
export function isLineFree(forMs: number): boolean {
  return underWay === 0 && performance.now() - lastEndedAt > forMs;
}
