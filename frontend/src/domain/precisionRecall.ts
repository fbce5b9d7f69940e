/** The precision-recall curve of a described participant, from the counts of its operating points. */
import { isUndefined } from "./analysisResult";
import { curveOf, type DescribedParticipant } from "./description";

export interface PrPoint {
  recall: number;
  recallLow: number;
  recallHigh: number;
  precision: number;
  tp: number;
  fp: number;
  positives: number;
  threshold: number | null;
}

/** Every operating point at which something is called, from high to low thresholds. */
export function prPointsOf(participant: DescribedParticipant): PrPoint[] {
  const { roc } = participant;
  if (isUndefined(roc)) return [];
  return curveOf(participant)
    .filter(({ tp, fp }) => tp + fp > 0)
    .map(({ tp, fp, tpf, tpf_low, tpf_high, threshold }) => ({
      recall: tpf,
      recallLow: tpf_low,
      recallHigh: tpf_high,
      precision: tp / (tp + fp),
      tp,
      fp,
      positives: roc.counts.positives,
      threshold,
    }));
}

/** The pointwise bootstrap band of precision, where the result has one. */
export function precisionBand({
  roc,
}: DescribedParticipant): { recall: number; low: number; high: number }[] {
  if (isUndefined(roc)) return [];
  return (roc.precision_band ?? []).flatMap(({ recall, precision }) =>
    isUndefined(precision) || precision.low === null || precision.high === null
      ? []
      : [{ recall, low: precision.low, high: precision.high }],
  );
}
