import { createContext, useContext } from "react";
import type { ChosenCases } from "@/domain/casesBehind";

export type OpenCases = (chosen: ChosenCases) => void;

/** How any number or mark of a page opens its cases; the function stays the same, so that nothing is drawn again. */
export const CasesBehindContext = createContext<OpenCases>(() => undefined);

export const useOpenCases = (): OpenCases => useContext(CasesBehindContext);
