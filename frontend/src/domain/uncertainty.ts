/** How uncertain a prediction says its score is, and in which words that is told. */

export type UncertaintyMethod = "ENSEMBLE" | "MC_DROPOUT" | "TEST_TIME_AUGMENTATION" | "OTHER";

export interface Uncertainty {
  /** Higher is less certain. */
  value: number;
  method: UncertaintyMethod;
  samples: number | null;
  definition: string;
}

export const UNCERTAINTY_METHODS: Record<UncertaintyMethod, string> = {
  ENSEMBLE: "ensemble",
  MC_DROPOUT: "dropout",
  TEST_TIME_AUGMENTATION: "test-time augmentation",
  OTHER: "a method of its own",
};

/** Three digits that count: 0.0184, 0.25, 12.3. */
export const uncertaintyNumber = (value: number): string => String(Number(value.toPrecision(3)));

/** "ensemble, 5 samples". */
export function methodText({ method, samples }: Pick<Uncertainty, "method" | "samples">): string {
  const name = UNCERTAINTY_METHODS[method];
  return samples === null ? name : `${name}, ${samples} samples`;
}

/** "Uncertainty 0.07 (ensemble, 5 samples): standard deviation …". */
export const uncertaintyText = (said: Uncertainty): string =>
  `Uncertainty ${uncertaintyNumber(said.value)} (${methodText(said)}): ${said.definition}`;
