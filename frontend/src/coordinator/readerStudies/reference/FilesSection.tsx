import { Alert, Anchor, Button, FileButton, Group, NativeSelect, NumberInput, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  previewReferenceFiles,
  type ReferenceFiles,
  referenceFiles,
  referenceVersionsQuery,
  storeReferenceFiles,
} from "@/api/reference";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import { FileFaults } from "./FileFaults";
import { FilesSeen } from "./FilesSeen";

/** Makes a version from files about lesions: chosen, looked at case by case, and then stored as they were seen. */
export function FilesSection({ readerStudy }: PartProps) {
  const { data } = useQuery(referenceVersionsQuery(readerStudy.id));
  const versions = data?.versions ?? [];
  const [asked, setAsked] = useState<ReferenceFiles>({ files: [], baseVersion: null, threshold: 0.5 });
  const looking = useMutation({
    mutationFn: (files: ReferenceFiles) => previewReferenceFiles(readerStudy.id, files),
  });
  const storing = useStudyChange(
    readerStudy.id,
    (digest: string) => storeReferenceFiles(readerStudy.id, asked, digest),
    () => {
      looking.reset();
      setAsked({ ...asked, files: [] });
    },
  );
  const look = (changes: Partial<ReferenceFiles>) => {
    const next = { ...asked, ...changes };
    setAsked(next);
    storing.reset();
    if (next.files.length > 0) looking.mutate(next);
  };
  return (
    <Section
      title="Lesions from files"
      about="CSV and JSON tables, DICOM segmentations (SEG) and measurement reports (SR, TID 1500), also in a zip. All files of one choice are one version, or none. DICOM files have to be of the images of the cases; what they say is kept with its origin, the files are not."
    >
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label="The files"
          w={260}
          value={asked.baseVersion ?? ""}
          data={[
            { value: "", label: "stand alone" },
            ...versions.map(({ version }) => ({
              value: String(version),
              label: `are added to version ${version}`,
            })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            look({ baseVersion: value === "" ? null : Number(value) })
          }
        />
        <NumberInput
          label="Fractional segments from, %"
          w={200}
          min={1}
          max={100}
          allowDecimal={false}
          value={Math.round(asked.threshold * 100)}
          onChange={(value) => typeof value === "number" && setAsked({ ...asked, threshold: value / 100 })}
          onBlur={() => {
            // Leaving the field unchanged must not take the preview away under a click.
            if (looking.variables && asked.threshold !== looking.variables.threshold) look({});
          }}
        />
        <FileButton
          multiple
          accept=".csv,.json,.dcm,.zip,application/dicom"
          onChange={(files) => look({ files })}
          key={looking.submittedAt}
        >
          {(props) => (
            <Button {...props} loading={looking.isPending} disabled={readerStudy.number_of_cases === 0}>
              Choose files
            </Button>
          )}
        </FileButton>
        {readerStudy.number_of_cases > 0 && (
          <Anchor href={referenceFiles(readerStudy.id).jsonExample} download size="sm">
            Download a JSON example
          </Anchor>
        )}
      </Group>
      {readerStudy.number_of_cases === 0 && (
        <Text size="sm" c="yellow">
          Pick the cases first: the files name them or their images.
        </Text>
      )}
      {looking.error && <FileFaults error={looking.error} />}
      {storing.error && <FileFaults error={storing.error} />}
      {storing.data && (
        <Alert color="teal" variant="light" role="status" title="The files are stored">
          Version {storing.data.versions[0]?.version}; it is not locked yet.
        </Alert>
      )}
      {looking.data && (
        <FilesSeen
          seen={looking.data}
          nextVersion={(versions[0]?.version ?? 0) + 1}
          isStoring={storing.isPending}
          onStore={() => storing.mutate(looking.data.digest)}
        />
      )}
    </Section>
  );
}
