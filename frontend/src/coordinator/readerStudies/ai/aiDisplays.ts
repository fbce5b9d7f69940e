import type { AiDisplay } from "@/api/types";

/** One step of a read as the reader lives it. */
export interface AiStep {
  text: string;
  isAiShown: boolean;
}

interface AiDisplayTexts {
  name: string;
  short: string;
  about: string;
  steps: AiStep[];
  /** Whether readers accept, adjust or reject the AI's findings: only where they see them before signing. */
  hasDecisions: boolean;
}

/** What readers see of the AI, in plain words. */
export const AI_DISPLAYS: Record<AiDisplay, AiDisplayTexts> = {
  HIDDEN: {
    name: "Hidden",
    short: "hidden from readers",
    about: "Readers never see what the AI says. Use it to compare readers alone with the AI alone.",
    steps: [
      { text: "Reads and marks", isAiShown: false },
      { text: "Signs", isAiShown: false },
      { text: "Next case", isAiShown: false },
    ],
    hasDecisions: false,
  },
  AFTER_SIGNING: {
    name: "After signing",
    short: "shown after signing",
    about:
      "Each reader first signs a read without the AI; then its scores and marks appear beside their own. The signed read does not change.",
    steps: [
      { text: "Reads and marks", isAiShown: false },
      { text: "Signs", isAiShown: false },
      { text: "Compares, changes nothing", isAiShown: true },
    ],
    hasDecisions: false,
  },
  SECOND_READ: {
    name: "Second reader",
    short: "shown after the first read is frozen",
    about:
      "Each reader freezes a complete first read without the AI; then it appears, and the reader goes on from a copy and signs. Both are kept, so the reads measure the reader before and after the AI.",
    steps: [
      { text: "Reads and marks", isAiShown: false },
      { text: "Freezes the first read", isAiShown: false },
      { text: "Goes on with the AI", isAiShown: true },
      { text: "Signs", isAiShown: true },
    ],
    hasDecisions: true,
  },
  CONCURRENT: {
    name: "Concurrent",
    short: "shown while reading",
    about:
      "The AI's scores and marks are there while the reader reads. The reads then measure reader plus AI.",
    steps: [
      { text: "Reads and marks with the AI", isAiShown: true },
      { text: "Signs", isAiShown: true },
    ],
    hasDecisions: true,
  },
};
