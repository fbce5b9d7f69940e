/** The signs of the toolbar, drawn on 16 x 16 by lines alone. */
const PATHS = {
  layout_one: "M2.5 3.5h11v9h-11z",
  layout_side_by_side: "M2.5 3.5h11v9h-11zM8 3.5v9",
  layout_above_below: "M2.5 3.5h11v9h-11zM2.5 8h11",
  layout_four: "M2.5 3.5h11v9h-11zM8 3.5v9M2.5 8h11",
  layout_mpr: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8l5.5-3M8 8v6.2",
  pane_maximise: "M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10",
  tool_select: "M4 2.5v9.5l2.6-2.4 1.7 3.9 1.6-.7-1.7-3.8h3.5z",
  tool_point: "M8 2v4M8 10v4M2 8h4M10 8h4M7.5 8h1",
  tool_length: "M3 13 13 3M1.8 11.8l2.4 2.4M11.8 1.8l2.4 2.4",
  tool_probe: "M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M5.5 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0",
  tool_bidirectional: "M2.5 13.5l11-11M5.5 5.5l5 5",
  tool_angle: "M13.5 12.5h-11l8-9M6.8 12.5a5 5 0 0 0-1.2-3.3",
  tool_cobb: "M2 4l9-2M2 12l9 2M12.5 4.5v7",
  tool_arrow: "M13.5 2.5l-9 9M4 6.5v5.2h5.2",
  tool_circle: "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M7.6 8h.8",
  tool_freehand: "M4 12.5C1 10 3 4 7 3.5s7 1 6.5 4-3 2-3.5 4-4 2.5-6 1z",
  tool_livewire: "M3 12.5l1.5-5 3-4 5 1.5.5 5-3.5 3zM2.2 11.7h1.6v1.6H2.2zM6.7 2.7h1.6v1.6H6.7z",
  tool_spline:
    "M2.5 9C2.5 5 5 3 8 3s5.5 2 5.5 5-2.5 5-5.5 5-5.5-1-5.5-4zM7.2 2.2h1.6v1.6H7.2zM12.7 7.2h1.6v1.6h-1.6z",
  tool_box: "M2.5 5.5h8v8h-8zM5.5 2.5h8v8M2.5 5.5l3-3M10.5 5.5l3-3M10.5 13.5l3-3M5.5 2.5v3",
  tool_rectangle: "M2.5 4.5h11v7h-11zM1.7 3.7h1.6v1.6H1.7zM12.7 10.7h1.6v1.6h-1.6z",
  tool_ellipse: "M2 8a6 4 0 1 0 12 0a6 4 0 1 0-12 0",
  view_fit: "M2.5 5.5v-3h3M13.5 5.5v-3h-3M2.5 10.5v3h3M13.5 10.5v3h-3M5.5 5.5h5v5h-5z",
  view_one_to_one: "M4 5.5 5.5 4.5v7M10.5 5.5 12 4.5v7M8 6.7v.1M8 9.7v.1",
  view_rotate: "M12.8 8A4.8 4.8 0 1 1 11 4.3M13.2 2.2v3h-3",
  view_flip_horizontal: "M8 2v12M6 5v6H2zM10 5v6h4z",
  view_flip_vertical: "M2 8h12M5 6h6V2zM5 10h6v4z",
  view_magnify: "M2.5 7a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0M10.3 10.3l3.7 3.7M7 5v4M5 7h4",
  view_reset: "M3.2 8A4.8 4.8 0 1 0 5 4.3M2.8 2.2v3h3M8 6v2.3l1.6 1",
  text_toggle: "M3.5 4V2.8h9V4M8 2.8v10.4M6.3 13.2h3.4",
  cine_toggle: "M4.5 3v10l8-5z",
  link_scroll: "M2.5 3h4v10h-4zM9.5 3h4v10h-4zM2.5 8h4M9.5 8h4M6.5 8h3",
  link_view:
    "M2.2 6.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0M7.4 9.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0",
  link_window: "M2 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M5 5v6M8 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M11 5v6",
  reference_lines_toggle: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11",
  window_reset: "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M8 2.5v11M8 5h3.6M8 8h5.4M8 11h3.6",
  window_invert: "M2.5 2.5h11v11h-11zM2.5 13.5l11-11M6 13.5l7.5-7.5M10 13.5l3.5-3.5",
  marks_toggle:
    "M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  mark_hidden: "M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8zM3 13.5l10-11",
  images_window: "M1.5 4.5h8v7h-8zM11 2.5h3.5v6H11M12.5 5h.5",
  help: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.8M8 12v.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.25"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
