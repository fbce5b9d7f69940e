import { Group, Select, TagsInput, Text } from "@mantine/core";
import { type Pairing, pairingOf } from "@/domain/designs";
import type { DesignFieldProps } from "./designField";
import { NumberOnBlur } from "./NumberOnBlur";

type DrawnKind = Exclude<Pairing["kind"], "LISTED">;

const KINDS: { value: DrawnKind; label: string }[] = [
  { value: "FULLY_CROSSED", label: "Fully crossed: every reader reads every case" },
  { value: "SPLIT_PLOT", label: "Split-plot: blocks of readers and cases" },
  { value: "PARTIALLY_PAIRED", label: "Partially paired: common cases and others of their own" },
  { value: "DOUBLE", label: "Double reading: two readers for each case" },
];
const LISTED = { value: "LISTED", label: "As listed: who reads what is given, not drawn" };

/** Which readers read which cases. */
export function PairingFields(props: DesignFieldProps & { numberOfCases: number }) {
  const { design, isFrozen, onChange, numberOfCases } = props;
  const { pairing } = design;
  const store = (changed: Pairing) => onChange({ ...design, pairing: changed });
  return (
    <>
      <Select
        label="Readers and cases"
        maw={460}
        disabled={isFrozen}
        allowDeselect={false}
        data={pairing.kind === "LISTED" ? [...KINDS, LISTED] : KINDS}
        value={pairing.kind}
        onChange={(kind) =>
          kind && kind !== pairing.kind && store(pairingOf(kind as DrawnKind, numberOfCases))
        }
      />
      {pairing.kind === "LISTED" && (
        <Text size="sm" c="dimmed">
          {pairing.lists.reduce((reads, { cases }) => reads + cases.length, 0)} reads are listed, in{" "}
          {pairing.lists.length} lists of a reader in an arm. Lists come through the API, as from a published
          ratings table; another choice takes them away.
        </Text>
      )}
      {pairing.kind === "SPLIT_PLOT" && (
        <TagsInput
          label="Blocks"
          description="Readers and cases are dealt to the blocks at the launch, evenly, the strata of the sample too; the cases of a patient stay together."
          maw={460}
          disabled={isFrozen}
          value={pairing.blocks}
          onChange={(blocks) => store({ ...pairing, blocks })}
        />
      )}
      {pairing.kind === "PARTIALLY_PAIRED" && (
        <Group gap="sm">
          <NumberOnBlur
            label="Common to all readers"
            width={180}
            min={0}
            max={100000}
            value={pairing.common}
            isDisabled={isFrozen}
            onChange={(common) => store({ ...pairing, common })}
          />
          <NumberOnBlur
            label="Others for each reader"
            width={180}
            min={1}
            max={100000}
            value={pairing.own}
            isDisabled={isFrozen}
            onChange={(own) => store({ ...pairing, own })}
          />
        </Group>
      )}
    </>
  );
}
