import {
  Enums,
  eventTarget,
  getShouldUseCPURendering,
  RenderingEngine,
  utilities,
} from "@cornerstonejs/core";

// What one case leaves is the next one's: to make a WebGL context, give it its size and compile its shaders takes a
// quarter of a second without a graphics card.
let spare: RenderingEngine | null = null;
const lost = new Set<string>();

/** Make a drawing engine before there is anything to draw: its WebGL context takes a while, in another process. */
export function prepareEngine(): void {
  spare ??= new RenderingEngine(utilities.uuidv4());
}

/** A browser takes contexts away when the graphics card fails; the next case then gets a new one. */
export function watchContexts(): void {
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, (event: Event) => {
    lost.add((event as CustomEvent<{ renderingEngineId: string }>).detail.renderingEngineId);
  });
}

/** A drawing engine without any pane, for one case. */
export function takeEngine(): RenderingEngine {
  const isSound = spare !== null && !lost.has(spare.id);
  if (!isSound) spare?.destroy();
  const engine = isSound && spare ? spare : new RenderingEngine(utilities.uuidv4());
  spare = null;
  return engine;
}

/** The case is left: take its panes down, and keep the engine for the next one with nothing of this one in it. */
export function returnEngine(engine: RenderingEngine, takePanesDown: () => void): void {
  const [any] = engine.getViewports();
  const window = any && !getShouldUseCPURendering() ? engine.getOffscreenMultiRenderWindow(any.id) : null;
  takePanesDown();
  if (spare || lost.has(engine.id)) {
    engine.destroy();
    return;
  }
  // Only drawing lets go of the textures.
  window?.getRenderWindow().render();
  spare = engine;
}
