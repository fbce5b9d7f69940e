import { ThemeIcon } from "@mantine/core";

const LOOKS = {
  done: { colour: "teal", sign: "✓", word: "Done" },
  missing: { colour: "red", sign: "!", word: "Missing" },
  advice: { colour: "yellow", sign: "?", word: "Advice" },
};

/** How an item of a list of things to do stands. */
export function CheckIcon({ is }: { is: keyof typeof LOOKS }) {
  const { colour, sign, word } = LOOKS[is];
  return (
    <ThemeIcon color={colour} size={20} radius="xl" variant="light" aria-label={word}>
      {sign}
    </ThemeIcon>
  );
}
