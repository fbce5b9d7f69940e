import { Alert, Anchor, Button, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { designQuery } from "@/api/designs";
import { maskQuery } from "@/api/masking";
import { referenceVersionsQuery } from "@/api/reference";
import type { Design } from "@/domain/designs";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import { CheckIcon } from "./CheckIcon";
import { LeftUndone } from "./LeftUndone";
import { LockModal } from "./LockModal";
import { NextSteps } from "./NextSteps";
import type { PartProps } from "./parts";

/** After the reading: what still stands between the reads and the results, in the order of a masked study. */
export function ClosedSection({ readerStudy }: PartProps) {
  const { id, state } = readerStudy;
  const design = useQuery(designQuery(id));
  const mask = useQuery(maskQuery(id));
  const versions = useQuery(referenceVersionsQuery(id));
  const [isLocking, setLocking] = useState(false);
  const error = design.error ?? mask.error ?? versions.error;
  if (error) return <ErrorNotice error={error} />;
  if (!design.data || !mask.data || !versions.data) return <LoadingScreen />;
  const isLocked = state === "LOCKED";
  const newest = versions.data.versions[0];
  const hasTruthStep = design.data.design.kind !== "ANNOTATION";
  const isTruthOpen = hasTruthStep && !newest?.lock;
  return (
    <Section
      title={isLocked ? "Locked" : "Closed"}
      about={`Closed ${dateTime(readerStudy.closed_at)}${isLocked ? "; nothing can be withdrawn any more" : ""}`}
      actions={
        !isLocked && (
          <Button variant="default" onClick={() => setLocking(true)}>
            Lock the reader study
          </Button>
        )
      }
    >
      <Alert variant="light" color="blue">
        {readerStudy.number_signed} of {readerStudy.number_of_assignments} reads were signed. No reader can
        change a read any more
        {isLocked || !isArbitrated(design.data.design) ? "." : "; arbitrations go on until the lock."}
      </Alert>
      <List spacing="sm" center aria-label="After the reading">
        {hasTruthStep && <TruthStep id={id} version={newest?.version} isOpen={isTruthOpen} />}
        <List.Item icon={<CheckIcon is={isLocked ? "done" : "advice"} />}>
          <Text size="sm" span>
            {isLocked ? "The reader study is locked." : lockText(mask.data.is_masking)}
          </Text>
        </List.Item>
      </List>
      {!isLocked && <LeftUndone readerStudyId={id} before="lock" />}
      <NextSteps id={id} />
      {isLocking && (
        <LockModal
          readerStudy={readerStudy}
          isMasking={mask.data.is_masking}
          isTruthOpen={isTruthOpen}
          onClose={() => setLocking(false)}
        />
      )}
    </Section>
  );
}

function isArbitrated({ pairing }: Design): boolean {
  return pairing.kind === "DOUBLE" && Boolean(pairing.arbitration);
}

function lockText(isMasking: boolean): string {
  return isMasking
    ? "Answers, labels and results are masked until you lock the reader study."
    : "Readers and cases can still be withdrawn until you lock the reader study.";
}

interface TruthStepProps {
  id: string;
  version: number | undefined;
  isOpen: boolean;
}

function TruthStep({ id, version, isOpen }: TruthStepProps) {
  const said =
    version === undefined ? "There is no reference standard" : `Version ${version} of the reference standard`;
  return (
    <List.Item icon={<CheckIcon is={isOpen ? "missing" : "done"} />}>
      <Text size="sm" span>
        {isOpen
          ? `${said}${version === undefined ? "" : " is not locked"}: the analysis waits for it.`
          : `${said} is locked.`}
      </Text>{" "}
      {isOpen && (
        <Anchor component={Link} to={`/reader-studies/${id}/reference-standard`} size="sm">
          {version === undefined ? "Upload the reference standard" : "Look at it and lock it"}
        </Anchor>
      )}
    </List.Item>
  );
}
