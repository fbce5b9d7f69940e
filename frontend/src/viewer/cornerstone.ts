import { getShouldUseCPURendering, init as initCore } from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import { addTool, annotation, init as initTools, PanTool, WindowLevelTool } from "@cornerstonejs/tools";
import { FINDING_COLOURS } from "@/domain/findingColours";
import { prepareEngine, watchContexts } from "./engine";
import { limitMemory } from "./frames/memory";
import { startStackImages } from "./frames/stackImages";
import { startImageLoading } from "./imageLoading";
import { LOOKING_TOOLS } from "./lookingTools";
import { SELECTED_MARK } from "./markStyles";
import { MARK_TOOL_CLASSES } from "./markTools";
import { DistanceZoomTool, RestTool, SliceScrollTool } from "./mouseTools";
import { PLANE_TOOLS } from "./planeTools";
import { SEGMENT_TOOL_CLASSES } from "./segments/tools";
import { startSliceMetadata } from "./sliceMetadata";

// Decoding is the only parallel work of the page; more workers than cores only cost memory.
const MOST_DECODERS = 4;

// Panes are drawn one after another, so they share one WebGL context: making one takes a while, and a browser has few.
const CONTEXTS = 1;

// Of Cornerstone's own step, a sixth of the three spacings together. With that step a slab would show what lies in one
// slice alone up to a fifth too dark, and speckled.
const SLAB_STEP = 0.25;

const TOOLS = [WindowLevelTool, PanTool, DistanceZoomTool, SliceScrollTool, RestTool];

const OWN_MARK = FINDING_COLOURS[0];
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

let isStarted = false;

/** Start Cornerstone once for the page. Without WebGL it falls back to drawing on the CPU by itself. */
export function startCornerstone(): void {
  if (isStarted) return;
  isStarted = true;
  const volumeRendering = { sampleDistanceMultiplier: SLAB_STEP };
  initCore({ debug: {}, rendering: { webGlContextCount: CONTEXTS, volumeRendering } });
  watchContexts();
  prepareEngine();
  initLoader({ maxWebWorkers: Math.min(MOST_DECODERS, Math.max(1, navigator.hardwareConcurrency - 1)) });
  limitMemory();
  startSliceMetadata();
  startImageLoading();
  startStackImages();
  initTools();
  const marking = [...MARK_TOOL_CLASSES, ...SEGMENT_TOOL_CLASSES];
  for (const tool of [...TOOLS, ...marking, ...LOOKING_TOOLS, ...PLANE_TOOLS]) addTool(tool);
  const { style } = annotation.config;
  style.setDefaultToolStyles({ global: { ...style.getDefaultToolStyles().global, ...OWN_MARK_STYLE } });
}

/** Whether images are drawn without the graphics card; known once Cornerstone has started. */
export function usesCpu(): boolean {
  return getShouldUseCPURendering();
}
