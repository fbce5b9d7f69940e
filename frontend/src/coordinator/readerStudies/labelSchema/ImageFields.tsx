import { Button, FileButton, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useContext } from "react";
import { postSchemaImage } from "@/api/labelSchemas";
import { ExampleImage, ImageSource } from "@/ui/form/ExampleImage";
import type { QuestionFieldsProps } from "./QuestionEditor";

/** The example image of a question; the portal keeps its pixels and nothing else of the file. */
export function ImageFields({ question, isEditable, faultOf, onChange }: QuestionFieldsProps) {
  const readerStudyId = useContext(ImageSource);
  const uploading = useMutation({
    mutationFn: (file: File) => postSchemaImage(readerStudyId, file),
    onSuccess: ({ sha256 }) => onChange({ image: sha256 }),
  });
  if (question.kind === "SECTION") return null;
  const fault = uploading.error?.message ?? faultOf("image");
  return (
    <Group gap="xs" align="center">
      {question.image && <ExampleImage sha256={question.image} text={question.text} />}
      {isEditable && (
        <FileButton accept="image/png,image/jpeg" onChange={(file) => file && uploading.mutate(file)}>
          {(button) => (
            <Button {...button} size="compact-xs" variant="default" loading={uploading.isPending}>
              {question.image ? "Another example image" : "+ Example image (PNG, JPEG; at most 5 MB)"}
            </Button>
          )}
        </FileButton>
      )}
      {isEditable && question.image && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange({ image: null })}>
          Take the image away
        </Button>
      )}
      {fault && (
        <Text size="xs" c="red.4" role="alert">
          {fault}
        </Text>
      )}
    </Group>
  );
}
