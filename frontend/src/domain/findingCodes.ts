import type { Code, Question } from "./labelSchema";
import { SUSPICION_OPTIONS } from "./schemaEditing";

/** Codes offered while typing; any other code can be entered. Schemes are DICOM coding scheme designators. */
export const FINDING_CODES: Code[] = [
  { scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" },
  { scheme: "SCT", value: "52988006", meaning: "Lesion" },
  { scheme: "SCT", value: "27925004", meaning: "Nodule" },
  { scheme: "SCT", value: "4147007", meaning: "Mass" },
  { scheme: "SCT", value: "125605004", meaning: "Fracture of bone" },
  { scheme: "SCT", value: "36118008", meaning: "Pneumothorax" },
  { scheme: "SCT", value: "60046008", meaning: "Pleural effusion" },
  { scheme: "SCT", value: "233604007", meaning: "Pneumonia" },
  { scheme: "SCT", value: "59282003", meaning: "Pulmonary embolism" },
  { scheme: "SCT", value: "50960005", meaning: "Hemorrhage" },
];

export interface StarterSchema {
  name: string;
  about: string;
  questions: Question[];
}

const LUNG_NODULES: Question[] = [
  { key: "nodule_present", kind: "BINARY", text: "Nodule present?", help: "", required: true, role: "CALL" },
  {
    key: "confidence",
    kind: "CONFIDENCE",
    text: "Confidence that a nodule is present",
    help: "0 = certainly none, 100 = certainly present",
    required: true,
    role: "RATING",
  },
  {
    key: "nodules",
    kind: "LOCATED_FINDING",
    text: "Nodules",
    help: "Mark each nodule on the slice where it is largest.",
    required: false,
    tools: ["POINT", "LENGTH", "RECTANGLE", "ELLIPSE"],
    codes: [{ scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" }],
    minimum_count: 0,
    maximum_count: null,
  },
];

const PRESENT_OR_ABSENT: Question[] = [
  {
    key: "finding_present",
    kind: "BINARY",
    text: "Finding present?",
    help: "",
    required: true,
    role: "CALL",
  },
  {
    key: "suspicion",
    kind: "ORDINAL",
    text: "How likely is it that the finding is present?",
    help: "",
    required: true,
    options: SUSPICION_OPTIONS,
    role: "RATING",
  },
];

const FRACTURES: Question[] = [
  {
    key: "fracture_present",
    kind: "BINARY",
    text: "Fracture present?",
    help: "",
    required: true,
    role: "CALL",
  },
  {
    key: "confidence",
    kind: "CONFIDENCE",
    text: "Confidence that a fracture is present",
    help: "0 = certainly none, 100 = certainly present",
    required: true,
    role: "RATING",
  },
  {
    key: "fractures",
    kind: "LOCATED_FINDING",
    text: "Fractures",
    help: "Box each fracture.",
    required: false,
    tools: ["RECTANGLE"],
    codes: [{ scheme: "SCT", value: "125605004", meaning: "Fracture of bone" }],
    minimum_count: 0,
    maximum_count: null,
  },
];

/** Complete forms to start from; each gives sensitivity, specificity and an ROC curve. */
export const STARTER_SCHEMAS: StarterSchema[] = [
  {
    name: "Lung nodules",
    about: "Yes/no, confidence 0–100, and a mark for each nodule",
    questions: LUNG_NODULES,
  },
  {
    name: "Present or absent",
    about: "Yes/no and a five-step suspicion scale",
    questions: PRESENT_OR_ABSENT,
  },
  {
    name: "Fractures",
    about: "Yes/no, confidence 0–100, and a box around each fracture",
    questions: FRACTURES,
  },
];
