import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { makeQueryClient } from "@/api/queries";
import { styleNonce } from "@/ui/pageMeta";
import { theme } from "@/ui/theme";
import { makeRouter } from "./routes";

const queryClient = makeQueryClient();
const router = makeRouter(queryClient);

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="dark" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queryClient}>
        <Notifications position="top-right" autoClose={6000} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
