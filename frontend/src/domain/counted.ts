/** `1 case`, `2 cases`; irregular plurals are given. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** The verb that agrees: `is` of one, `are` of any other number. */
export const agreeing = (count: number, one: string, many: string): string => (count === 1 ? one : many);
