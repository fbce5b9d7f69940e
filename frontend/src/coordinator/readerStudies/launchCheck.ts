/** Which part of the reader study mends an item of the launch check. */

interface Part {
  path: string;
  text: string;
}

const PARTS: { word: string; part: Part }[] = [
  { word: "schema", part: { path: "label-schema", text: "Build the form" } },
  { word: "question", part: { path: "label-schema", text: "Build the form" } },
  { word: "reference", part: { path: "reference-standard", text: "Upload the reference standard" } },
  { word: "truth", part: { path: "reference-standard", text: "Upload the reference standard" } },
  { word: "case", part: { path: "cases", text: "Pick cases" } },
  { word: "reader", part: { path: "people", text: "Choose readers" } },
  { word: "member", part: { path: "people", text: "Choose readers" } },
  { word: "prediction", part: { path: "ai", text: "See the AI's predictions" } },
  { word: "ai", part: { path: "ai", text: "Choose the AI" } },
];

export function partOfCheck(code: string): Part | null {
  const words = code.toLowerCase();
  return PARTS.find(({ word }) => words.includes(word))?.part ?? null;
}
