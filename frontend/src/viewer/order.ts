/** Indices of a stack from the current one outwards: 5, 6, 4, 7, 3, … */
export function outwardFrom(current: number, count: number): number[] {
  const order: number[] = [];
  for (let step = 0; order.length < count; step += 1) {
    if (current + step < count) order.push(current + step);
    if (step > 0 && current - step >= 0) order.push(current - step);
  }
  return order;
}

/** The longest of 1, 2, 5, 10, 20, … that fits. */
export function roundLength(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest));
  const factor = [5, 2, 1].find((candidate) => candidate * power <= longest) ?? 1;
  return factor * power;
}
