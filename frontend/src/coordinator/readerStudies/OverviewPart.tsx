import { Anchor, Button, List, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type Move, moveReaderStudy } from "@/api/designs";
import { type LaunchCheckItem, launchCheckQuery, readerStudyQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { CheckIcon } from "./CheckIcon";
import { ClosedSection } from "./ClosedSection";
import { CloseModal } from "./CloseModal";
import { DetailsSection } from "./DetailsSection";
import { LaunchModal } from "./LaunchModal";
import { PART_OF_CHECK } from "./launchCheck";
import { NextSteps } from "./NextSteps";
import { type PartProps, useStudyChange } from "./parts";

const WATCH_MS = 10_000;

/** Where the reader study stands and the one next thing to do. */
export function OverviewPart({ readerStudy }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {readerStudy.state === "DRAFT" && <Launch readerStudy={readerStudy} />}
      {readerStudy.state in RUNNING && <Running readerStudy={readerStudy} />}
      {(readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED") && (
        <ClosedSection readerStudy={readerStudy} />
      )}
      <DetailsSection readerStudy={readerStudy} />
    </SimpleGrid>
  );
}

function Launch({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(launchCheckQuery(readerStudy.id));
  const [isLaunching, setLaunching] = useState(false);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return (
    <Section
      title="Before the launch"
      about="At the launch the protocol is fixed and each reader gets their own random order of the cases."
      actions={
        <Button disabled={!data.ready} onClick={() => setLaunching(true)}>
          Launch
        </Button>
      }
    >
      <List spacing="sm" center>
        {data.items.map((item) => (
          <CheckItem key={item.code} item={item} readerStudyId={readerStudy.id} />
        ))}
      </List>
      {isLaunching && <LaunchModal readerStudy={readerStudy} onClose={() => setLaunching(false)} />}
    </Section>
  );
}

function CheckItem({ item, readerStudyId }: { item: LaunchCheckItem; readerStudyId: string }) {
  const stands = item.ok ? "done" : item.blocking ? "missing" : "advice";
  const part = PART_OF_CHECK[item.code];
  return (
    <List.Item icon={<CheckIcon is={stands} />}>
      <Text size="sm" span>
        {item.text}
      </Text>{" "}
      {!item.ok && part && (
        <Anchor component={Link} to={`/reader-studies/${readerStudyId}/${part.path}`} size="sm">
          {part.text}
        </Anchor>
      )}
    </List.Item>
  );
}

/** What is said of a reader study that readers may still read in, and the step that leads on. */
const RUNNING: Partial<Record<string, { title: string; text: string; move: Move; step: string }>> = {
  PILOTING: {
    title: "The pilot is running",
    text: "Readers can open the training cases only.",
    move: "begin",
    step: "Begin the reading",
  },
  OPEN: { title: "Readers are at work", text: "", move: "pause", step: "Pause" },
  PAUSED: {
    title: "Paused",
    text: "Nobody can open, save or sign a read until you resume. What readers have saved is kept.",
    move: "resume",
    step: "Resume",
  },
};

function Running({ readerStudy }: PartProps) {
  // Readers sign while the page is open, and signed while another page was.
  useQuery({ ...readerStudyQuery(readerStudy.id), refetchInterval: WATCH_MS, refetchOnMount: "always" });
  const moving = useStudyChange(readerStudy.id, (event: Move) => moveReaderStudy(readerStudy.id, event));
  const now = RUNNING[readerStudy.state];
  const [isClosing, setClosing] = useState(false);
  const { number_signed: signed, number_of_assignments: total } = readerStudy;
  return (
    <Section
      title={now?.title ?? ""}
      about={`Launched ${dateTime(readerStudy.launched_at)}`}
      actions={
        <>
          {now && (
            <Button
              variant={now.move === "pause" ? "default" : "filled"}
              loading={moving.isPending}
              onClick={() => moving.mutate(now.move)}
            >
              {now.step}
            </Button>
          )}
          <Button variant="default" onClick={() => setClosing(true)}>
            Close the reader study
          </Button>
        </>
      }
    >
      {moving.error && <ErrorNotice error={moving.error} />}
      {now?.text && <Text size="sm">{now.text}</Text>}
      <Text size="sm">
        {signed} of {total} reads are signed.{" "}
        {signed === total && total > 0
          ? "All readers are done: close the reader study. What the results still need is said then."
          : ""}
      </Text>
      <NextSteps id={readerStudy.id} />
      {isClosing && <CloseModal readerStudy={readerStudy} onClose={() => setClosing(false)} />}
    </Section>
  );
}
