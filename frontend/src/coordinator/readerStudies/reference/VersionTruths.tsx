import { Anchor, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ReferenceVersion, referenceFiles, referenceTruthsQuery } from "@/api/reference";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import type { PartProps } from "../parts";
import { LesionTable } from "./LesionTable";
import { OutcomeTable } from "./OutcomeTable";
import { VersionImages } from "./VersionImages";

/** What a version says, case by case: asked for on a click, because each look is recorded. */
export function VersionTruths({ readerStudy, versions }: PartProps & { versions: ReferenceVersion[] }) {
  const [shown, setShown] = useState<number | null>(null);
  return (
    <>
      <Group gap="xs">
        {versions.map(({ version }) => (
          <Button
            key={version}
            size="xs"
            variant={shown === version ? "light" : "default"}
            aria-pressed={shown === version}
            onClick={() => setShown(shown === version ? null : version)}
          >
            What version {version} says
          </Button>
        ))}
      </Group>
      {shown !== null && <Truths key={shown} readerStudyId={readerStudy.id} version={shown} />}
    </>
  );
}

function Truths({ readerStudyId, version }: { readerStudyId: string; version: number }) {
  const { data, error, refetch } = useQuery(referenceTruthsQuery(readerStudyId, version));
  const [isOnImages, setOnImages] = useState(false);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const located = data.filter((one) => one.lesions.length > 0);
  return (
    <>
      <Anchor size="sm" href={referenceFiles(readerStudyId).json(version)} download>
        Download version {version} as JSON
      </Anchor>
      <OutcomeTable key={version} cases={data} label={`Version ${version}, case by case`} />
      <LesionTable
        cases={data}
        label={`Version ${version}, lesion by lesion`}
        otherwise="where the truth of its case comes from"
      />
      {located.length > 0 && (
        <Button
          size="xs"
          variant="default"
          aria-pressed={isOnImages}
          onClick={() => setOnImages(!isOnImages)}
          style={{ alignSelf: "flex-start" }}
        >
          {isOnImages ? "Hide the images" : "Look at the lesions on the images"}
        </Button>
      )}
      {isOnImages && <VersionImages readerStudyId={readerStudyId} version={version} cases={located} />}
    </>
  );
}
