/** One instance's metadata in the DICOM JSON model (PS3.18 F), as DICOMweb answers it. */
export type DicomJson = Record<string, { vr?: string; Value?: unknown[]; InlineBinary?: string } | undefined>;

export function numbersOf(metadata: DicomJson, tag: string): number[] | null {
  // An empty value is null in DICOM JSON (PS3.18 F.2.5), and Number(null) would be a measurement of 0.
  const values = metadata[tag]?.Value?.map((value) =>
    value === null || value === "" ? Number.NaN : Number(value),
  );
  return values?.length && values.every(Number.isFinite) ? values : null;
}

export function numberOf(metadata: DicomJson, tag: string): number | null {
  return numbersOf(metadata, tag)?.[0] ?? null;
}

export function textOf(metadata: DicomJson, tag: string): string | null {
  const value = metadata[tag]?.Value?.[0];
  return typeof value === "string" ? value : null;
}

export function itemOf(metadata: DicomJson, tag: string, index = 0): DicomJson | null {
  const item = metadata[tag]?.Value?.[index];
  return typeof item === "object" && item !== null ? (item as DicomJson) : null;
}

export function itemsOf(metadata: DicomJson, tag: string): DicomJson[] {
  const items = metadata[tag]?.Value ?? [];
  return items.filter((item): item is DicomJson => typeof item === "object" && item !== null);
}

export function textsOf(metadata: DicomJson, tag: string): string[] {
  return (metadata[tag]?.Value ?? []).map((value) => (typeof value === "string" ? value : ""));
}
