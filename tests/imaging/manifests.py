"""Reading a manifest as a viewer does: the other half of `portal.imaging.frames.manifest`, written apart from it."""

import gzip
import json
from typing import Any


def instances_of(content: bytes) -> list[dict[str, Any]]:
    """DICOM JSON of each instance."""
    manifest = json.loads(gzip.decompress(content))
    rows = []
    for index in range(len(manifest["frames"])):
        row = dict(manifest["shared"])
        for tag, column in manifest["columns"].items():
            if "elements" in column:
                element = column["elements"][index]
            else:
                values = column["values"][index]
                element = None if values is None else {"vr": column["vr"]} | ({"Value": values} if values else {})
            if element is not None:
                row[tag] = element
        rows.append(dict(sorted(row.items())))
    return rows
