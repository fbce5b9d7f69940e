"""Keep a file of labels up to date: OVERREAD_TOKEN=… pull_labels.py PORTAL READER_STUDY_ID FILE."""

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx

portal, reader_study_id, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
client = httpx.Client(headers={"Authorization": f"Bearer {os.environ['OVERREAD_TOKEN']}"})
labels = json.loads(file.read_text()) if file.exists() else {}
newest = max((label["updated_at"] for label in labels.values()), default="2000-01-01T00:00:00Z")
since = datetime.fromisoformat(newest) - timedelta(minutes=1)  # overlap: what comes twice replaces itself
url = f"{portal}/api/v1/reader-studies/{reader_study_id}/labels?updated_since={since:%Y-%m-%dT%H:%M:%SZ}"
while url:
    page = client.get(url).raise_for_status().json()
    labels |= {label["read_id"]: label for label in page["results"]}
    url = page["next"]
file.write_text(json.dumps(labels, indent=1))
