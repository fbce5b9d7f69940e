import { Alert, Anchor, Button, Group, List, SimpleGrid, Stack, Text, ThemeIcon } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type Move, moveReaderStudy } from "@/api/designs";
import { type LaunchCheckItem, launchCheckQuery } from "@/api/readerStudies";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { CloseModal } from "./CloseModal";
import { DetailsSection } from "./DetailsSection";
import { LaunchModal } from "./LaunchModal";
import { LeftUndone } from "./LeftUndone";
import { PART_OF_CHECK } from "./launchCheck";
import { type PartProps, useStudyChange } from "./parts";

/** Where the reader study stands and the one next thing to do. */
export function OverviewPart({ readerStudy }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {readerStudy.state === "DRAFT" && <Launch readerStudy={readerStudy} />}
      {readerStudy.state in RUNNING && <Running readerStudy={readerStudy} />}
      {(readerStudy.state === "CLOSED" || readerStudy.state === "LOCKED") && (
        <Closed readerStudy={readerStudy} />
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
  const look = item.ok
    ? { colour: "teal", sign: "✓", word: "Done" }
    : item.blocking
      ? { colour: "red", sign: "!", word: "Missing" }
      : { colour: "yellow", sign: "?", word: "Advice" };
  const part = PART_OF_CHECK[item.code];
  return (
    <List.Item
      icon={
        <ThemeIcon color={look.colour} size={20} radius="xl" variant="light" aria-label={look.word}>
          {look.sign}
        </ThemeIcon>
      }
    >
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
          ? "All readers are done: close the reader study, then see the results."
          : ""}
      </Text>
      <NextSteps id={readerStudy.id} />
      {isClosing && <CloseModal readerStudy={readerStudy} onClose={() => setClosing(false)} />}
    </Section>
  );
}

function Closed({ readerStudy }: PartProps) {
  const locking = useStudyChange(readerStudy.id, () => moveReaderStudy(readerStudy.id, "lock"));
  const isLocked = readerStudy.state === "LOCKED";
  return (
    <Section
      title={isLocked ? "Locked" : "Closed"}
      about={`Closed ${dateTime(readerStudy.closed_at)}${isLocked ? "; nothing can be withdrawn any more" : ""}`}
      actions={
        !isLocked && (
          <Button variant="default" loading={locking.isPending} onClick={() => locking.mutate(undefined)}>
            Lock
          </Button>
        )
      }
    >
      {locking.error && <ErrorNotice error={locking.error} />}
      <Alert variant="light" color="blue">
        {readerStudy.number_signed} of {readerStudy.number_of_assignments} reads were signed. No reader can
        change a read any more{isLocked ? "." : "; arbitrations go on until the lock."}
      </Alert>
      {!isLocked && <LeftUndone readerStudyId={readerStudy.id} before="lock" />}
      <NextSteps id={readerStudy.id} />
    </Section>
  );
}

function NextSteps({ id }: { id: string }) {
  const steps = [
    { path: "progress", text: "See who has read what" },
    { path: "results", text: "See the results" },
    { path: "labels", text: "Download the labels" },
  ];
  return (
    <Stack gap="xs">
      <Group gap="lg">
        {steps.map((step) => (
          <Anchor key={step.path} component={Link} to={`/reader-studies/${id}/${step.path}`} size="sm">
            {step.text}
          </Anchor>
        ))}
      </Group>
    </Stack>
  );
}
