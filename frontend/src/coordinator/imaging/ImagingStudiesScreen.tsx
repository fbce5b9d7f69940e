import { Tabs } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Screen } from "@/ui/Screen";
import { Section } from "@/ui/Section";
import { IngestJobs } from "./IngestJobs";
import { IngestSummary } from "./IngestSummary";
import { StudyTable } from "./StudyTable";
import { UploadArea } from "./UploadArea";

/** Every imaging study the portal holds, and the way in for new ones. */
export function ImagingStudiesScreen() {
  const [parameters, setParameters] = useSearchParams();
  const [tab, setTab] = useState<string | null>("studies");
  const jobId = parameters.get("job");
  const show = (id: string | null) => setParameters(id === null ? {} : { job: id }, { replace: true });

  return (
    <Screen title="Imaging studies" about="DICOM that reader studies can draw their cases from.">
      <Section title="Add images">
        <UploadArea onStarted={show} />
        {jobId !== null && <IngestSummary id={jobId} onClose={() => show(null)} />}
      </Section>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="studies">Imaging studies</Tabs.Tab>
          <Tabs.Tab value="jobs">Past ingests</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="studies">
          <StudyTable />
        </Tabs.Panel>
        <Tabs.Panel value="jobs">
          <IngestJobs onShow={show} />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}
