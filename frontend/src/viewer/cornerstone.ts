import { getShouldUseCPURendering, init as initCore } from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import {
  addTool,
  annotation,
  EllipticalROITool,
  init as initTools,
  LengthTool,
  PanTool,
  ProbeTool,
  RectangleROITool,
  StackScrollTool,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import { limitMemory } from "./frames/memory";
import { startImageLoading } from "./imageLoading";
import { LOOKING_TOOLS } from "./lookingTools";
import { PLANE_TOOLS } from "./planeTools";
import { startSliceMetadata } from "./sliceMetadata";

// Decoding is the only parallel work of the page; more workers than cores only cost memory.
const MOST_DECODERS = 4;

const TOOLS = [
  WindowLevelTool,
  PanTool,
  ZoomTool,
  StackScrollTool,
  ProbeTool,
  LengthTool,
  RectangleROITool,
  EllipticalROITool,
];

const OWN_MARK = "rgb(77, 195, 255)";
const SELECTED_MARK = "rgb(255, 236, 92)";
const OWN_MARK_STYLE = {
  color: OWN_MARK,
  colorHighlighted: SELECTED_MARK,
  colorSelected: SELECTED_MARK,
  colorLocked: OWN_MARK,
  textBoxColorLocked: OWN_MARK,
  lineWidth: "1.5",
  textBoxFontFamily: "Inter, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  textBoxFontSize: "12px",
  // Numbers must be legible on bone as on air.
  textBoxBackground: "rgba(0, 0, 0, 0.55)",
  textBoxMargin: 2,
  textBoxColor: OWN_MARK,
  textBoxColorHighlighted: SELECTED_MARK,
  textBoxColorSelected: SELECTED_MARK,
};

/** The AI's marks: another colour and a dashed line, so that neither alone carries it. */
export const AI_MARK_STYLE = {
  color: "rgb(255, 146, 43)",
  colorHighlighted: "rgb(255, 146, 43)",
  colorSelected: "rgb(255, 192, 120)",
  colorLocked: "rgb(255, 146, 43)",
  textBoxColor: "rgb(255, 146, 43)",
  textBoxColorLocked: "rgb(255, 146, 43)",
  textBoxColorHighlighted: "rgb(255, 146, 43)",
  textBoxColorSelected: "rgb(255, 192, 120)",
  lineDash: "6,4",
  lineWidth: "2",
};

let started: Promise<void> | null = null;

/** Start Cornerstone once for the page. Without WebGL it falls back to drawing on the CPU by itself. */
export function startCornerstone(): Promise<void> {
  started ??= start();
  return started;
}

async function start(): Promise<void> {
  initCore();
  initLoader({ maxWebWorkers: Math.min(MOST_DECODERS, Math.max(1, navigator.hardwareConcurrency - 1)) });
  limitMemory();
  startSliceMetadata();
  startImageLoading();
  initTools();
  for (const tool of [...TOOLS, ...LOOKING_TOOLS, ...PLANE_TOOLS]) addTool(tool);
  const { style } = annotation.config;
  style.setDefaultToolStyles({ global: { ...style.getDefaultToolStyles().global, ...OWN_MARK_STYLE } });
}

/** Whether images are drawn without the graphics card; known once Cornerstone has started. */
export function usesCpu(): boolean {
  return getShouldUseCPURendering();
}
