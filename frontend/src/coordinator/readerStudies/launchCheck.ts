interface Part {
  path: string;
  text: string;
}

/** Which part of the reader study mends an item of the launch check, by the item's code. */
export const PART_OF_CHECK: Partial<Record<string, Part>> = {
  label_schema: { path: "label-schema", text: "Build the form" },
  analysis_roles: { path: "label-schema", text: "Choose the decision and the rating" },
  cases: { path: "cases", text: "Pick cases" },
  priors: { path: "hanging", text: "Show or choose priors" },
  clinical_text: { path: "design", text: "Show it in the blinding" },
  readers: { path: "people", text: "Choose readers" },
  ai: { path: "ai", text: "Choose the AI or run its predictions" },
  design: { path: "design", text: "Change the design" },
  training_truth: { path: "reference-standard", text: "Upload the reference standard" },
  reference_standard: { path: "reference-standard", text: "Upload the reference standard" },
};
