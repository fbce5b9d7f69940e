import type { Read } from "@/api/reading";
import {
  activePane,
  type LayoutName,
  type LinkKind,
  withLayout,
  withLinkToggled,
  withMaximisedToggled,
  withNextPane,
  withPlanesToggled,
} from "@/domain/grid";
import type { HotkeyAction } from "@/domain/hotkeys";
import { nextMode, withThickness } from "@/domain/slab";
import { type Preset, presetsOf } from "@/domain/windowPresets";
import type { InForce } from "@/ui/usePreferences";
import type { ViewerHandle } from "@/viewer";
import { seriesOf } from "./caseImages";
import type { Images } from "./useImages";

export type Actions = Partial<Record<HotkeyAction, () => void>>;

// A step that is felt, and two of which halve or double the rate.
const CINE_STEP = Math.SQRT2;

interface Looking {
  read: Read;
  images: Images;
  presets: Preset[];
}

/** Everything that a key or button does to how the images are shown; nothing of it changes the read. */
export function viewActions({ read, images, presets }: Looking): Actions {
  const viewer = images.viewer.current;
  return {
    ...scrollActions(viewer),
    ...layoutActions(read, images),
    ...gridActions(images),
    ...presetActions(viewer, presets),
    series_next: () => stepSeries(read, images, 1),
    series_previous: () => stepSeries(read, images, -1),
    view_fit: () => viewer?.fit(),
    view_one_to_one: () => viewer?.oneToOne(),
    view_rotate: () => viewer?.rotate(),
    view_flip_horizontal: () => viewer?.flip("horizontal"),
    view_flip_vertical: () => viewer?.flip("vertical"),
    view_reset: () => viewer?.reset(),
    window_reset: () => viewer?.resetWindow(),
    window_invert: () => viewer?.toggleInvert(),
    cine_toggle: () => viewer?.toggleCine(),
    cine_faster: () => viewer?.changeCineRate(CINE_STEP),
    cine_slower: () => viewer?.changeCineRate(1 / CINE_STEP),
  };
}

type Shown = Pick<Images, "grid" | "hasSuv">;

/** The windows of the active pane's modality, and the reader's own for it. */
export function presetsInForce(read: Read, { grid, hasSuv }: Shown, inForce: InForce): Preset[] {
  const shown = activePane(grid).seriesInstanceUid;
  const series = seriesOf(read).find((entry) => entry.series_instance_uid === shown);
  return series ? presetsOf(series.modality, inForce.preferences.window_presets ?? [], hasSuv) : [];
}

function scrollActions(viewer: ViewerHandle | null): Actions {
  return {
    slice_next: () => viewer?.scrollBy(1),
    slice_previous: () => viewer?.scrollBy(-1),
    slice_forward_10: () => viewer?.scrollBy(10),
    slice_back_10: () => viewer?.scrollBy(-10),
    slice_first: () => viewer?.goTo(0),
    slice_last: () => viewer?.goTo(Number.MAX_SAFE_INTEGER),
  };
}

function layoutActions(read: Read, images: Images): Actions {
  const all = seriesOf(read).map((entry) => entry.series_instance_uid);
  const choose = (layout: LayoutName) => () => images.onGrid((grid) => withLayout(grid, layout, all));
  return {
    layout_one: choose("ONE"),
    layout_side_by_side: choose("SIDE_BY_SIDE"),
    layout_above_below: choose("ABOVE_BELOW"),
    layout_four: choose("FOUR"),
    layout_mpr: () => images.onGrid(withPlanesToggled),
    pane_maximise: () => images.onGrid((grid) => withMaximisedToggled(grid)),
    hang_again: images.hangAgain,
    pane_next: () => images.onGrid((grid) => withNextPane(grid, 1)),
    pane_previous: () => images.onGrid((grid) => withNextPane(grid, -1)),
  };
}

function gridActions(images: Images): Actions {
  const link = (kind: LinkKind) => () => images.onGrid((grid) => withLinkToggled(grid, kind));
  const toggle = (key: "hasReferenceLines" | "hasText") => () =>
    images.onGrid((grid) => ({ ...grid, [key]: !grid[key] }));
  return {
    slab_mode_next: () => images.onGrid((grid) => ({ ...grid, slab: nextMode(grid.slab) })),
    slab_thicker: () => images.onGrid((grid) => ({ ...grid, slab: withThickness(grid.slab, 1) })),
    slab_thinner: () => images.onGrid((grid) => ({ ...grid, slab: withThickness(grid.slab, -1) })),
    link_scroll: link("SCROLL"),
    link_view: link("VIEW"),
    link_window: link("WINDOW"),
    reference_lines_toggle: toggle("hasReferenceLines"),
    text_toggle: toggle("hasText"),
    view_magnify: () => {
      const { isMagnifying } = images.grid;
      // One thing at a time on the button that draws.
      images.setTool(null);
      images.onGrid((grid) => ({ ...grid, isMagnifying: !isMagnifying }));
    },
  };
}

function presetActions(viewer: ViewerHandle | null, presets: Preset[]): Actions {
  const entries = presets
    .slice(0, 9)
    .map((preset, index) => [`preset_${index + 1}`, () => viewer?.applyPreset(preset)] as const);
  return Object.fromEntries(entries);
}

function stepSeries(read: Read, images: Images, step: number): void {
  const series = seriesOf(read);
  const shown = activePane(images.grid).seriesInstanceUid;
  const current = series.findIndex((entry) => entry.series_instance_uid === shown);
  const next = series[current + step];
  if (next) images.showSeries(next.series_instance_uid);
}
