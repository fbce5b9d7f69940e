import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { samplingQuery } from "@/api/sampling";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { PartProps } from "../parts";
import { DrawCard } from "./DrawCard";
import { FrameSection } from "./FrameSection";
import { NewDrawSection } from "./NewDrawSection";

/** Cases drawn from a pool of candidates by strata: the pool, a new draw, and the draws there were. */
export function SamplingPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(samplingQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const { frame, draws } = data;
  const isDraft = readerStudy.state === "DRAFT";
  return (
    <Stack gap="lg">
      {(isDraft || frame) && <FrameSection readerStudy={readerStudy} frame={frame} />}
      {isDraft && frame && (
        <NewDrawSection key={frame.number} readerStudy={readerStudy} frame={frame} draws={draws} />
      )}
      {draws.map((draw) => (
        <DrawCard key={draw.number} readerStudy={readerStudy} draw={draw} />
      ))}
      {!isDraft && draws.length === 0 && (
        <EmptyState title="No cases were drawn">
          The cases of this reader study were picked by hand.
        </EmptyState>
      )}
    </Stack>
  );
}
