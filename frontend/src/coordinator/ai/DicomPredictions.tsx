import { Alert, Button, FileButton, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { MODEL_VERSIONS_KEY, type ModelVersion } from "@/api/ai";
import {
  type DicomPredictionFiles,
  lookAtDicomPredictions,
  storeDicomPredictions,
} from "@/api/dicomPredictions";
import { Problem } from "@/api/problem";
import { counted } from "@/domain/counted";
import { FileFaults } from "@/ui/FileFaults";
import { FixedNumberField, NumberField } from "@/ui/NumberField";
import { DicomPredictionsSeen } from "./DicomPredictionsSeen";

/** Codes of files that do not say that they are of this version. */
const OF_ALGORITHM = ["other_algorithm", "algorithm_missing"];

/** Takes predictions from DICOM files: chosen, looked at, and then stored as they were seen. */
export function DicomPredictions({ version }: { version: ModelVersion }) {
  const queryClient = useQueryClient();
  const sending = useRef<AbortController>(null);
  const [asked, setAsked] = useState<DicomPredictionFiles>({
    files: [],
    threshold: 0.5,
    defaultScore: null,
    acceptsAlgorithm: false,
  });
  const looking = useMutation({
    mutationFn: (next: DicomPredictionFiles) => {
      sending.current?.abort();
      sending.current = new AbortController();
      return lookAtDicomPredictions(version.id, next, { signal: sending.current.signal });
    },
  });
  const storing = useMutation({
    mutationFn: (digest: string) => storeDicomPredictions(version.id, asked, digest),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: MODEL_VERSIONS_KEY });
      looking.reset();
      setAsked({ ...asked, files: [], acceptsAlgorithm: false });
    },
  });
  const look = (changes: Partial<DicomPredictionFiles>) => {
    const next = { ...asked, ...changes };
    setAsked(next);
    storing.reset();
    if (next.files.length > 0) looking.mutate(next);
    else looking.reset();
  };
  // Leaving a field unchanged must not take the preview away under a click.
  const lookAgain = () => {
    const seen = looking.variables;
    if (seen && (seen.threshold !== asked.threshold || seen.defaultScore !== asked.defaultScore)) look({});
  };
  const stop = () => {
    sending.current?.abort();
    looking.reset();
    setAsked({ ...asked, files: [] });
  };
  const { error } = looking;
  return (
    <>
      <Text size="sm">
        Or as DICOM: measurement reports (SR, TID 1500) with scores and regions, segmentations (SEG), also in
        a zip. All files of one choice are stored, or none; the images tell which imaging study each is of.
      </Text>
      <Group gap="sm" align="flex-end">
        <FixedNumberField
          label="Fractional segments from, %"
          w={200}
          min={1}
          max={100}
          allowDecimal={false}
          value={Math.round(asked.threshold * 100)}
          onChange={(percent) => setAsked({ ...asked, threshold: percent / 100 })}
          onBlur={lookAgain}
        />
        <NumberField
          label="Score where none is stated"
          placeholder="none: refused"
          w={200}
          min={0}
          max={1}
          step={0.1}
          value={asked.defaultScore}
          onChange={(defaultScore) => setAsked({ ...asked, defaultScore })}
          onBlur={lookAgain}
        />
        <FileButton
          multiple
          accept=".dcm,.zip,application/dicom"
          onChange={(files) => look({ files, acceptsAlgorithm: false })}
          key={looking.submittedAt}
        >
          {(props) => (
            <Button {...props} variant="default" loading={looking.isPending}>
              Choose DICOM files
            </Button>
          )}
        </FileButton>
        {looking.isPending && (
          <>
            <Button variant="subtle" onClick={stop}>
              Cancel
            </Button>
            <Text size="sm" role="status">
              Reading {counted(asked.files.length, "file")}…
            </Text>
          </>
        )}
      </Group>
      {error && <FileFaults error={error} />}
      {error instanceof Problem && error.errors.some(({ code }) => OF_ALGORITHM.includes(code)) && (
        <Group>
          <Button variant="default" onClick={() => look({ acceptsAlgorithm: true })}>
            The files are of version {version.version} all the same
          </Button>
        </Group>
      )}
      {storing.error && <FileFaults error={storing.error} />}
      {storing.isSuccess && (
        <Alert color="teal" variant="light" role="status">
          {counted(storing.data.created, "prediction")} stored, {storing.data.unchanged} already there.
        </Alert>
      )}
      {looking.data && (
        <DicomPredictionsSeen
          seen={looking.data}
          isStoring={storing.isPending}
          onStore={() => storing.mutate(looking.data.digest)}
          onDrop={stop}
        />
      )}
    </>
  );
}
