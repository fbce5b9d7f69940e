/**
 * Compile-time check of the shapes the reading room relies on against the server's OpenAPI schema
 * (`npm run api` writes schema.d.ts). A field that the server no longer sends is a type error here.
 * The types themselves stay hand-written where the schema is vaguer than the contract: payloads, questions, geometry.
 */
import type { JudgedCase } from "./adjudication";
import type {
  CaseClinicalText,
  ClinicalTexts,
  ClinicalTextVersion,
  TextLook,
  TextsPreview,
  TextsToStore,
} from "./clinicalTexts";
import type { Drift, DriftSignal, DriftWatch, DriftWatchToSet } from "./drift";
import type { ReadHistory } from "./history";
import type { AiMeasuring, Measuring, OwnMeasurement, Quantity } from "./measurements";
import type {
  LayerAsked,
  LayerDetail,
  LayerEvidence,
  LayerPreview,
  OfferedSet,
  OperatingLayer,
  StoredLayer,
} from "./operatingLayers";
import type { PredictionShown } from "./predictionImages";
import type { StoredPreferences } from "./preferences";
import type {
  AiPrediction,
  Assignment,
  Comparison,
  DraftSaved,
  Particulars,
  Read,
  ReadSigned,
  SaveRequest,
} from "./reading";
import type { components } from "./schema";

type Schemas = components["schemas"];
type Unknown<Ours, Server> = Exclude<keyof Ours, keyof Server>;
type None<Fields extends never> = Fields;

export type Conformance = [
  None<Unknown<Assignment, Schemas["AssignmentOutput"]>>,
  None<Unknown<Read, Schemas["ReadOutput"]>>,
  None<Unknown<Read["reader_study"], Schemas["ReadReaderStudyOutput"]>>,
  None<Unknown<Read["case"], Schemas["ReadCaseOutput"]>>,
  None<Unknown<Read["case"]["imaging_study"], Schemas["ReadImagingStudyOutput"]>>,
  None<Unknown<Read["case"]["imaging_study"]["series"][number], Schemas["ReadSeriesOutput"]>>,
  None<Unknown<SaveRequest, Schemas["SaveInputRequest"]>>,
  None<Unknown<DraftSaved, Schemas["DraftOutput"]>>,
  None<Unknown<ReadSigned, Schemas["SignedOutput"]>>,
  None<Unknown<AiPrediction, Schemas["PredictionShownOutput"]>>,
  None<Unknown<PredictionShown, Schemas["PredictionOverImagesOutput"]>>,
  None<Unknown<PredictionShown["imaging_study"], Schemas["ShownImagingStudyOutput"]>>,
  None<Unknown<PredictionShown["explanations"][number], Schemas["ExplanationOutput"]>>,
  None<Unknown<Measuring, Schemas["MeasuringOutput"]>>,
  None<Unknown<AiMeasuring, Schemas["AiMeasuringOutput"]>>,
  None<Unknown<OwnMeasurement, Schemas["ReadSegmentMeasurementOutput"]>>,
  None<Unknown<Quantity, Schemas["QuantityOutput"]>>,
  None<Unknown<StoredPreferences, Schemas["PreferencesOutput"]>>,
  None<Unknown<Comparison, Schemas["ComparisonOutput"]>>,
  None<Unknown<Particulars, Schemas["ParticularsOutput"]>>,
  None<Unknown<NonNullable<Particulars["case_text"]>, Schemas["CaseTextOutput"]>>,
  None<Unknown<JudgedCase, Schemas["AdjudicationCaseOutput"]>>,
  None<Unknown<Drift, Schemas["DriftOutput"]>>,
  None<Unknown<Drift["charts"][number], Schemas["DriftChartOutput"]>>,
  None<Unknown<Drift["charts"][number]["points"][number], Schemas["DriftPointOutput"]>>,
  None<Unknown<DriftSignal, Schemas["DriftSignalOutput"]>>,
  None<Unknown<DriftWatch, Schemas["DriftWatchOutput"]>>,
  None<Unknown<DriftWatchToSet, Schemas["DriftWatchInputRequest"]>>,
  None<Unknown<ReadHistory, Schemas["HistoryOutput"]>>,
  None<Unknown<ReadHistory["clinical_texts_shown"][number], Schemas["TextShownOutput"]>>,
  None<Unknown<ClinicalTexts, Schemas["ClinicalTextsOutput"]>>,
  None<Unknown<CaseClinicalText, Schemas["CaseClinicalTextOutput"]>>,
  None<Unknown<ClinicalTextVersion, Schemas["ClinicalTextVersionOutput"]>>,
  None<Unknown<TextsPreview, Schemas["ClinicalTextsPreviewOutput"]>>,
  None<Unknown<TextLook, Schemas["ClinicalTextLookOutput"]>>,
  None<Unknown<TextsToStore, Schemas["ClinicalTextsInputRequest"]>>,
  None<Unknown<OperatingLayer, Schemas["LayerOutput"]>>,
  None<Unknown<StoredLayer, Schemas["LayerStoredOutput"]>>,
  None<Unknown<LayerEvidence, Schemas["EvidenceOutput"]>>,
  None<Unknown<LayerDetail, Schemas["LayerDetailOutput"]>>,
  None<Unknown<OfferedSet, Schemas["OfferedSetOutput"]>>,
  None<Unknown<LayerAsked, Schemas["LayerPreviewInputRequest"]>>,
  None<Unknown<LayerPreview, Schemas["LayerPreviewOutput"]>>,
];
