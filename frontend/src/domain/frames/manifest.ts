/** What the server says of a series' frames, and how a viewer puts the metadata together again. Pure. */

/** One attribute of the DICOM JSON model (PS3.18 F.2.2). */
export type DicomElement = { vr?: string; Value?: unknown[]; InlineBinary?: string };
export type DicomInstance = Record<string, DicomElement>;

type Column = { vr: string; values: (unknown[] | null)[] } | { elements: (DicomElement | null)[] };

/** `raw`: decoded pixels, little endian. `htj2k`: the same pixels, compressed without loss. */
export type FrameForm = "raw" | "htj2k";

export interface Manifest {
  format: "overread.manifest";
  version: number;
  /** Elements that all instances share. */
  shared: Record<string, DicomElement>;
  /** Elements that differ: one value for each instance. */
  columns: Record<string, Column>;
  /** The number of frames of each instance. */
  frames: number[];
  /** Bytes of each frame; one number where all have the same. */
  lengths: Partial<Record<FrameForm, number | number[]>>;
}

const SOP_INSTANCE_UID = "00080018";

/** The metadata of each instance, as the DICOMweb metadata route would answer it. */
export function instancesOf(manifest: Manifest): DicomInstance[] {
  const columns = Object.entries(manifest.columns);
  return manifest.frames.map((_, index) => {
    const instance: DicomInstance = { ...manifest.shared };
    for (const [tag, column] of columns) {
      const element = cellOf(column, index);
      if (element) instance[tag] = element;
    }
    return instance;
  });
}

function cellOf(column: Column, index: number): DicomElement | null {
  if ("elements" in column) return column.elements[index] ?? null;
  const values = column.values[index] ?? null;
  if (values === null) return null;
  return values.length > 0 ? { vr: column.vr, Value: values } : { vr: column.vr };
}

/** Where a frame of an instance stands among the frames of the series, from 1; null for one that is not of it. */
export type FramePlaces = (sopInstanceUid: string, frame: number) => number | null;

export function framePlaces(instances: DicomInstance[], frames: number[]): FramePlaces {
  const firsts = new Map<string, { first: number; count: number }>();
  let first = 1;
  for (const [index, count] of frames.entries()) {
    const uid = instances[index]?.[SOP_INSTANCE_UID]?.Value?.[0];
    if (typeof uid === "string") firsts.set(uid, { first, count });
    first += count;
  }
  return (uid, frame) => {
    const place = firsts.get(uid);
    return place && frame >= 1 && frame <= place.count ? place.first + frame - 1 : null;
  };
}

export function numberOfFrames(manifest: Manifest): number {
  return manifest.frames.reduce((sum, count) => sum + count, 0);
}

export function lengthOf(manifest: Manifest, form: FrameForm, place: number): number {
  const lengths = manifest.lengths[form] ?? 0;
  return typeof lengths === "number" ? lengths : (lengths[place - 1] ?? 0);
}

export function hasForm(manifest: Manifest, form: FrameForm): boolean {
  return manifest.lengths[form] !== undefined;
}
