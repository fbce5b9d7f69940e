import type { Code } from "./labelSchema";
import type { AiGeometry, PatientMm } from "./payload";

/** Where values of a lesion come from; `values` names them, and a lesion without one has that of its version. */
export interface LesionProvenance {
  source: "CSV" | "JSON" | "SEG" | "SR" | "DEMO" | "CONSENSUS" | "ADJUDICATION";
  values?: string[];
  name?: string;
  sop_instance_uid?: string;
  segment_number?: number;
  tracking_uid?: string;
  creator?: string;
  algorithm?: string;
  threshold?: number;
}

/** A lesion of the reference standard (`annotations/domain/lesions.py`). */
export interface ReferenceLesion {
  id: string;
  code?: Code | string | null;
  label?: string | null;
  /** A ball without an image, as a CSV gives it. */
  center_mm?: PatientMm;
  diameter_mm?: number;
  marks?: { geometry: AiGeometry }[];
  attributes?: Record<string, { value: number | string; unit?: string }>;
  provenance?: LesionProvenance[];
}

const SOURCES: Record<LesionProvenance["source"], string> = {
  CSV: "CSV",
  JSON: "JSON",
  SEG: "DICOM SEG",
  SR: "DICOM SR",
  DEMO: "demo",
  CONSENSUS: "consensus",
  ADJUDICATION: "adjudication",
};

/** Every place of a lesion; that of a CSV as a ball. */
export function geometriesOf(lesion: ReferenceLesion): AiGeometry[] {
  const marks = (lesion.marks ?? []).map((mark) => mark.geometry);
  if (!lesion.center_mm || lesion.diameter_mm === undefined) return marks;
  return [{ kind: "SPHERE", center_mm: lesion.center_mm, diameter_mm: lesion.diameter_mm }, ...marks];
}

/** What a lesion is called: its code in words, and its label where that says more. */
export function lesionName({ code, label }: ReferenceLesion): string {
  const coded = typeof code === "string" ? code : code?.meaning;
  return [...new Set([coded, label].filter((text): text is string => !!text))].join(", ");
}

/** One place in words, with its size where it has one. */
export function placeInWords(geometry: AiGeometry): string {
  if (geometry.kind === "SPHERE") return `ball, ${geometry.diameter_mm} mm`;
  if (geometry.kind !== "SEGMENT") return geometry.kind.toLowerCase();
  const { voxel_count, spacing_mm } = geometry as { voxel_count: number; spacing_mm: number[] | null };
  if (!spacing_mm) return `segment, ${voxel_count} voxels`;
  const volume_ml = (voxel_count * spacing_mm.reduce((product, one) => product * one, 1)) / 1000;
  return `segment, ${voxel_count} voxels, ${volume_ml.toPrecision(3)} ml`;
}

/** Where a lesion is: each kind of place once, with how many there are. */
export function placesInWords(lesion: ReferenceLesion): string {
  const words = geometriesOf(lesion).map(placeInWords);
  return [...new Set(words)]
    .map((one) => {
      const times = words.filter((other) => other === one).length;
      return times > 1 ? `${times} × ${one}` : one;
    })
    .join("; ");
}

/** Where values come from, with what of the lesion that is. */
export function provenanceInWords(from: LesionProvenance): string {
  const segment = from.segment_number === undefined ? "" : `, segment ${from.segment_number}`;
  const creator = from.creator ? ` by ${from.creator}` : "";
  const cut = from.threshold === undefined ? "" : `, from ${Math.round(from.threshold * 100)} % on`;
  const values = from.values?.length ? `: ${from.values.join(", ")}` : "";
  return `${SOURCES[from.source]}${segment}${creator}${cut}${values}`;
}
