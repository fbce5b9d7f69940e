import { FIRST_SETTINGS } from "@/domain/segmentTools";
import { ViewerGrid, type ViewerGridProps } from "./ViewerGrid";

const nothing = () => undefined;

/** Nothing can be drawn, painted or dropped, and nothing lies over the images but the marks. */
const INERT = {
  captions: {},
  overlays: { heats: [], segments: [] },
  areMarksVisible: true,
  selectedMarkId: null,
  tool: null,
  segments: {
    shown: [],
    active: { segmentId: "", colour: [0, 0, 0], seriesInstanceUid: null },
    drawable: new Set<string>(),
    tool: null,
    settings: FIRST_SETTINGS,
    opacity: 0,
  },
  firstMark: null,
  onSeriesDropped: nothing,
  mayMark: () => false,
  onMarkDrawn: nothing,
  onMarkMoved: nothing,
  onMarkRefused: nothing,
  onSegmentPainted: async () => undefined,
  onSegmentNotice: nothing,
  onMarkSelected: nothing,
  onUnitShown: nothing,
  onSuvShown: nothing,
  onImageShown: nothing,
} satisfies Partial<ViewerGridProps>;

type Needed = "grid" | "onGrid" | "source" | "marks" | "mouse" | "isTestMode" | "ref";
export type LookingGridProps = Pick<ViewerGridProps, Needed> & Partial<Omit<ViewerGridProps, Needed>>;

/** The viewer for looking at images and marks outside the reading room; what it is given beyond that is added. */
export function LookingGrid(props: LookingGridProps) {
  return <ViewerGrid {...(INERT as Omit<ViewerGridProps, Needed>)} {...props} />;
}
