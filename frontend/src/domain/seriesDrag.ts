/** The kind of what is dragged from the list of series onto a pane; its text is the SeriesInstanceUID. */
export const SERIES_DRAG_TYPE = "application/x-overread-series";
