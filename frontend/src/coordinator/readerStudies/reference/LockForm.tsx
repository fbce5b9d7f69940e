import { Button, Group, PasswordInput, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { meQuery } from "@/api/queries";
import { lockReferenceStandard, type ReferenceVersions } from "@/api/reference";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { errorBesideFields, fieldErrors } from "@/ui/fieldErrors";
import { type PartProps, useStudyChange } from "../parts";

interface LockFormProps extends PartProps {
  version: number;
  /** How many cases the version leaves without a truth; null while that is masked. */
  numberOpen: number | null;
  /** How many cases it gives a truth; null while that is masked. */
  numberDecided: number | null;
  meaning: ReferenceVersions["lock_meaning"];
}

/** Locks a version with the password again; nothing undoes it. */
export function LockForm({ readerStudy, version, numberOpen, numberDecided, meaning }: LockFormProps) {
  const [password, setPassword] = useState("");
  const [reason, setReason] = useState("");
  const { data: me } = useQuery(meQuery);
  const locking = useStudyChange(readerStudy.id, () =>
    lockReferenceStandard(readerStudy.id, { version, password, reason }),
  );
  const isAmendment = meaning.code === "AMENDMENT";
  const lock = (event: FormEvent) => {
    event.preventDefault();
    locking.mutate(undefined, { onSettled: () => setPassword("") });
  };
  const { error } = locking;
  const isWrong = error instanceof Problem && error.code === "wrong_password";
  const other = isWrong ? null : errorBesideFields(error, ["reason"]);
  if (numberDecided === 0) {
    return (
      <Text size="sm" c="yellow">
        Version {version} holds the truth of no case, so it cannot be locked: no analysis could use it. Have
        the open cases adjudicated below or upload a file, and lock the version that comes of it.
      </Text>
    );
  }
  return (
    <form onSubmit={lock}>
      <Text size="sm" mb={6}>
        <b>{me?.name || me?.username}</b> signs for version {version}: “{meaning.text}” This cannot be undone.
      </Text>
      {numberOpen !== null && numberOpen > 0 && (
        <Text size="sm" c="yellow" mb={6}>
          {numberOpen} {numberOpen === 1 ? "case has" : "cases have"} no truth in this version: every analysis
          by it leaves {numberOpen === 1 ? "it" : "them"} out.
        </Text>
      )}
      <Group gap="sm" align="flex-end">
        {isAmendment && (
          <TextInput
            label="Reason"
            w={380}
            maxLength={1000}
            required
            value={reason}
            error={fieldErrors(error).reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <PasswordInput
          label="Your password"
          w={240}
          required
          autoComplete="current-password"
          value={password}
          error={isWrong ? "The password is not right. Nothing was locked." : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button
          type="submit"
          loading={locking.isPending}
          disabled={password === "" || (isAmendment && reason.trim() === "")}
        >
          Lock version {version}
        </Button>
      </Group>
      {other ? <ErrorNotice error={other} title="Nothing was locked" /> : null}
    </form>
  );
}
