import { Button, Group, NativeSelect, PasswordInput, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Problem } from "@/api/problem";
import { approveProtocol, type Protocol, type ProtocolVersion } from "@/api/protocol";
import { meQuery } from "@/api/queries";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { Section } from "@/ui/Section";
import { type PartProps, useStudyChange } from "../parts";
import classes from "./Protocol.module.css";

interface ApprovalsSectionProps extends PartProps {
  version: ProtocolVersion;
  meanings: Protocol["meanings"];
}

/** Approving a version with the password again; who has approved stands in the document. */
export function ApprovalsSection({ readerStudy, version, meanings }: ApprovalsSectionProps) {
  const { data: me } = useQuery(meQuery);
  const given = version.approvals.filter(({ username }) => username === me?.username);
  const left = meanings.filter(({ code }) => !given.some(({ meaning }) => meaning === code));
  const first = left[0];
  return (
    <div className={classes.controls}>
      <Section
        title={`Approval of version ${version.number}`}
        about="Each approval takes the password and is bound to the digest of the version; it is never taken back."
      >
        {first && me ? (
          <ApproveForm
            key={first.code}
            readerStudy={readerStudy}
            number={version.number}
            meanings={left}
            name={me.name || me.username}
          />
        ) : (
          <Text size="sm">You have approved this version.</Text>
        )}
      </Section>
    </div>
  );
}

interface ApproveFormProps extends PartProps {
  number: number;
  meanings: Protocol["meanings"];
  name: string;
}

function ApproveForm({ readerStudy, number, meanings, name }: ApproveFormProps) {
  const [password, setPassword] = useState("");
  const [meaning, setMeaning] = useState(meanings[0]?.code ?? "");
  const approving = useStudyChange(readerStudy.id, () =>
    approveProtocol(readerStudy.id, number, { password, meaning }),
  );
  const approve = (event: FormEvent) => {
    event.preventDefault();
    approving.mutate(undefined, { onSettled: () => setPassword("") });
  };
  const { error } = approving;
  const isWrong = error instanceof Problem && error.code === "wrong_password";
  return (
    <form onSubmit={approve}>
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label={`${name} signs`}
          w={560}
          size="xs"
          value={meaning}
          data={meanings.map(({ code, text }) => ({ value: code, label: text }))}
          onChange={(event) => setMeaning(event.currentTarget.value)}
        />
        <PasswordInput
          label="Your password"
          w={240}
          required
          autoComplete="current-password"
          value={password}
          error={isWrong ? "The password is not right. Nothing was approved." : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={approving.isPending} disabled={password === ""}>
          Approve version {number}
        </Button>
      </Group>
      {error && !isWrong && <ErrorNotice error={error} title="Nothing was approved" />}
    </form>
  );
}
