import { createTheme, type MantineColorsTuple } from "@mantine/core";

// Neutral greys without a tint: colour beside a radiograph shifts how its greys are seen.
const dark: MantineColorsTuple = [
  "#d5d7da",
  "#b4b7bc",
  "#93979d",
  "#6b6f76",
  "#45484e",
  "#34373c",
  "#26282c",
  "#1b1d20",
  "#121315",
  "#0a0b0c",
];

export const theme = createTheme({
  colors: { dark },
  primaryColor: "blue",
  // White on it has a contrast of 5.0 to 1 (WCAG 1.4.3 asks for 4.5).
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  defaultRadius: "sm",
  fontFamily: "'Inter', 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono', 'DejaVu Sans Mono', Consolas, monospace",
  fontSizes: { xs: "0.72rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.2rem" },
  spacing: { xs: "0.375rem", sm: "0.5rem", md: "0.75rem", lg: "1rem", xl: "1.5rem" },
  components: {
    // Colour alone does not tell a link from the text around it (WCAG 1.4.1).
    Anchor: { defaultProps: { underline: "always" } },
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    Autocomplete: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    // The page itself never scrolls (the screen inside the shell does), so there is no scroll to lock; the
    // lock would add a style element that the content security policy refuses.
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, lockScroll: false } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, lockScroll: false } },
    MultiSelect: { defaultProps: { size: "xs" } },
    NativeSelect: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    Radio: { defaultProps: { size: "sm" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    Table: { defaultProps: { fz: "sm", verticalSpacing: 5 } },
    Textarea: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
  },
});
