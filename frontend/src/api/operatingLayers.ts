import { queryOptions } from "@tanstack/react-query";
import type { CalibrationMethod, LayerFigures, LayerParameters, LayerShift } from "@/domain/operatingLayers";
import { allRows } from "./lists";
import { call } from "./send";

export interface OperatingLayer extends LayerShift {
  id: string;
  model_version_id: string;
  number: number;
  name: string;
  reason: string;
  method: CalibrationMethod;
  parameters: LayerParameters;
  operating_threshold: number;
  set_digest: string;
  software: Record<string, string>;
  created_by: string;
  created_at: string;
}

/** `is_repeat`: it was there before, and nothing was stored. */
export interface StoredLayer extends OperatingLayer {
  is_repeat: boolean;
}

export interface LeftOut {
  reason: string;
  detail: string;
  n: number;
}

/** The cases of a fit (number 0) or of a check, and what came of them. */
export interface LayerEvidence {
  id: string;
  number: number;
  kind: "FIT" | "VALIDATION";
  reason: string;
  reader_study: { id: string; name: string };
  reference_standard_version: number;
  digest: string;
  left_out: LeftOut[];
  figures: LayerFigures;
  figures_digest: string;
  software: Record<string, string>;
  created_by: string;
  created_at: string;
}

export interface LayerDetail {
  layer: OperatingLayer;
  evidence: LayerEvidence[];
  /** Sets of reader studies whose results the caller may not see. */
  hidden: number;
}

/** A reader study whose cases can be used, and the locked versions of its truth, the newest last. */
export interface OfferedSet {
  reader_study: { id: string; name: string };
  versions: number[];
  cases: number;
}

export interface LayerAsked {
  reader_study_id: string;
  reference_standard_version: number | null;
  method: CalibrationMethod;
  applied_at: number | null;
  trained_at: number | null;
  operating_threshold: number | null;
}

export interface LayerPreview extends LayerShift {
  digest: string;
  set_digest: string;
  reader_study: { id: string; name: string };
  reference_standard_version: number;
  left_out: LeftOut[];
  method: CalibrationMethod;
  parameters: LayerParameters;
  operating_threshold: number;
  figures: LayerFigures;
}

const pathOf = (modelVersionId: string) => `/api/v1/model-versions/${modelVersionId}/operating-layers`;

export const layersQuery = (modelVersionId: string) =>
  queryOptions({
    queryKey: ["model-versions", modelVersionId, "operating-layers"],
    queryFn: ({ signal }) => allRows<OperatingLayer>(pathOf(modelVersionId), signal),
  });

export const layerQuery = (modelVersionId: string, number: number) =>
  queryOptions({
    queryKey: ["model-versions", modelVersionId, "operating-layers", number],
    queryFn: ({ signal }) => call<LayerDetail>("GET", `${pathOf(modelVersionId)}/${number}`, { signal }),
  });

export const offeredSetsQuery = (modelVersionId: string) =>
  queryOptions({
    queryKey: ["model-versions", modelVersionId, "calibration-sets"],
    queryFn: ({ signal }) =>
      call<OfferedSet[]>("GET", `/api/v1/model-versions/${modelVersionId}/calibration-sets`, { signal }),
  });

export const previewLayer = (modelVersionId: string, body: LayerAsked) =>
  call<LayerPreview>("POST", `${pathOf(modelVersionId)}/preview`, { body });

export const createLayer = (
  modelVersionId: string,
  body: LayerAsked & { name: string; reason: string; digest: string },
  idempotencyKey: string,
) => call<StoredLayer>("POST", pathOf(modelVersionId), { body, idempotencyKey });

export const checkLayer = (
  modelVersionId: string,
  number: number,
  body: { reader_study_id: string; reference_standard_version: number | null; reason: string },
) => call<LayerEvidence>("POST", `${pathOf(modelVersionId)}/${number}/validations`, { body });

export const layerSetUrl = (modelVersionId: string, layer: number, set: number) =>
  `${pathOf(modelVersionId)}/${layer}/sets/${set}`;
