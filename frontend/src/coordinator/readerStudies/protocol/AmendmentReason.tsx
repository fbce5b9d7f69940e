import { TextInput } from "@mantine/core";

interface AmendmentReasonProps {
  label: string;
  about: string;
  value: string;
  onChange: (reason: string) => void;
}

/** Why something of the protocol is changed after the launch. */
export function AmendmentReason({ label, about, value, onChange }: AmendmentReasonProps) {
  return (
    <TextInput
      label={label}
      description={about}
      maw={640}
      miw={420}
      maxLength={1000}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
