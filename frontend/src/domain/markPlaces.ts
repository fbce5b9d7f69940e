import type { HangableSeries } from "./hanging";
import type { Finding } from "./payload";

type MarkedSeries = Pick<HangableSeries, "series_instance_uid" | "modality" | "series_number" | "facts">;

/**
 * Where each mark lies, by its id, as side and view of a mammogram or as its series; empty while all marks lie in one
 * place, for then nobody asks. Nothing here says more than the list of series does.
 */
export function markPlaces(
  findings: readonly Finding[],
  series: readonly MarkedSeries[],
): ReadonlyMap<string, string> {
  const places = new Map(
    findings
      .flatMap(({ marks }) => marks)
      .map(({ id, geometry }) => {
        const own = series.find((one) => one.series_instance_uid === geometry.series_instance_uid);
        return [id, own ? placeIn(own, geometry.sop_instance_uid) : ""] as const;
      }),
  );
  return new Set(places.values()).size > 1 ? places : new Map();
}

function placeIn(series: MarkedSeries, sopInstanceUid: string | null | undefined): string {
  const image = series.facts?.views.find((one) => one.sop_instance_uid === sopInstanceUid);
  if (image?.view) return [image.laterality, image.view].filter(Boolean).join(" ");
  const number = series.series_number === null ? "without number" : series.series_number;
  return `${series.modality} series ${number}`;
}
