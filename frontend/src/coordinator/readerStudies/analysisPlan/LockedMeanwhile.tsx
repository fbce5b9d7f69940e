import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { planVersionsQuery } from "@/api/analysisPlans";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { AmendmentReason } from "../protocol/AmendmentReason";
import classes from "./AnalysisPlan.module.css";
import type { usePlanSaving } from "./usePlanSaving";
import { VersionView, type VersionViewProps } from "./VersionView";

interface LockedMeanwhileProps extends Pick<VersionViewProps, "readerStudy"> {
  locked: { number: number; detail: string };
  saving: ReturnType<typeof usePlanSaving>;
  /** The reason that was given; the field of the page shows it from then on. */
  onReason: (reason: string) => void;
}

/** Somebody locked the plan while it was written here: what they locked, and the two ways on. Nothing is lost. */
export function LockedMeanwhile({ readerStudy, locked, saving, onReason }: LockedMeanwhileProps) {
  const [reason, setReason] = useState("");
  const [isShown, setShown] = useState(false);
  const versions = useQuery({ ...planVersionsQuery(readerStudy.id), enabled: isShown });
  const version = versions.data?.find(({ number }) => number === locked.number);
  const amend = () => {
    onReason(reason.trim());
    saving.amend(locked.number, reason.trim());
  };
  return (
    <>
      <Alert color="yellow" variant="light" role="alert" title="The plan was locked meanwhile">
        <Stack gap="sm" className={classes.onAlert}>
          <Text size="sm">{locked.detail} What you have written here is kept.</Text>
          <AmendmentReason
            label="Reason of the amendment"
            about="Kept with the version and named in every result."
            value={reason}
            onChange={setReason}
          />
          <Group gap="xs">
            <Button size="xs" disabled={reason.trim() === ""} loading={saving.isPending} onClick={amend}>
              Continue as an amendment
            </Button>
            <Button size="xs" variant="default" onClick={() => setShown(!isShown)}>
              {isShown ? "Hide the locked plan" : "Show the locked plan"}
            </Button>
            <Button size="xs" variant="default" onClick={() => void saving.load()}>
              Take the locked plan, drop mine
            </Button>
          </Group>
        </Stack>
      </Alert>
      {isShown && versions.error && <ErrorNotice error={versions.error} />}
      {isShown && version && <VersionView readerStudy={readerStudy} version={version} />}
    </>
  );
}
