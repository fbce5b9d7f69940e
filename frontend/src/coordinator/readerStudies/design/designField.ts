import type { Design } from "@/domain/designs";

/** Everything a field of the design needs. */
export interface DesignFieldProps {
  design: Design;
  isFrozen: boolean;
  onChange: (design: Design) => void;
}
