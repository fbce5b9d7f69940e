"""What a DICOM UID looks like."""

import re

# PS3.5 section 9.1: digits and dots, at most 64 characters.
UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
