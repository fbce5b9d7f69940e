import { type DicomJson, itemOf, numberOf, textOf } from "./dicomJson";
import { dot, type ImagePlane, normalOf } from "./plane";
import { viewNameOf } from "./viewName";

/** What the text over an image may say of it. Nothing of it names or describes a patient. */
export interface ImageFacts {
  seriesNumber: number | null;
  modality: string;
  /** Side and view of a projection: "R MLO". */
  view: string | null;
  /** SliceLocation (0020,1041), else the place along the normal of the slice. */
  location_mm: number | null;
  thickness_mm: number | null;
  /** Tube voltage and current of CT and X-ray. */
  tube_kV: number | null;
  tube_mA: number | null;
  /** Repetition and echo time of MR. */
  repetition_ms: number | null;
  echo_ms: number | null;
}

const PIXEL_MEASURES = "00289110";

export function factsOf(instance: DicomJson): ImageFacts {
  const shared = itemOf(instance, "52009229");
  const measures = shared && itemOf(shared, PIXEL_MEASURES);
  return {
    seriesNumber: numberOf(instance, "00200011"),
    modality: textOf(instance, "00080060") ?? "",
    view: viewNameOf(instance),
    location_mm: numberOf(instance, "00201041"),
    thickness_mm: numberOf(instance, "00180050") ?? (measures && numberOf(measures, "00180050")),
    tube_kV: numberOf(instance, "00180060"),
    tube_mA: numberOf(instance, "00181151"),
    repetition_ms: numberOf(instance, "00180080"),
    echo_ms: numberOf(instance, "00180081"),
  };
}

/** With the place of one slice or frame, where the file names none but says where the slice lies. */
export function factsOfSlice(facts: ImageFacts, { position, orientation }: ImagePlane): ImageFacts {
  if (facts.location_mm !== null || !position || !orientation) return facts;
  const normal = normalOf(orientation);
  // Towards the left, the back or the head, as Slice Location counts: which way a slice faces is no matter of its place.
  const strongest = normal.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best), 0);
  return { ...facts, location_mm: Math.sign(strongest) * dot(position, normal) };
}

/** The lines over the image, from the most wanted on; what the image does not say is left out. */
export function factLines(facts: ImageFacts): string[] {
  return [
    facts.view ?? "",
    joined([facts.seriesNumber === null ? null : `Series ${facts.seriesNumber}`, facts.modality]),
    joined([valueText("Loc", facts.location_mm, 1, "mm"), valueText("Thick", facts.thickness_mm, 1, "mm")]),
    joined([valueText("", facts.tube_kV, 0, "kV"), valueText("", facts.tube_mA, 0, "mA")]),
    joined([valueText("TR", facts.repetition_ms, 0, "ms"), valueText("TE", facts.echo_ms, 1, "ms")]),
  ].filter((line) => line !== "");
}

function valueText(name: string, value: number | null, digits: number, unit: string): string | null {
  if (value === null) return null;
  const text = value.toFixed(digits).replace(/\.0+$/, "").replace("-", "−");
  return `${name} ${text} ${unit}`.trim();
}

function joined(parts: (string | null)[]): string {
  return parts.filter((part) => part).join(" · ");
}

/** Frames a second where the images name a rate (PS3.3 C.7.6.5: FrameTime is in milliseconds); null where none does. */
export function frameRateOf(instances: DicomJson[]): number | null {
  const [first] = instances;
  if (!first) return null;
  const rate = numberOf(first, "00082144") ?? numberOf(first, "00180040");
  const frameTime_ms = numberOf(first, "00181063");
  if (rate !== null && rate > 0) return rate;
  return frameTime_ms !== null && frameTime_ms > 0 ? 1000 / frameTime_ms : null;
}
