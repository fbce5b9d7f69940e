"""Example images of questions. What was sent is never kept: the pixels are written anew, and nothing else of it."""

import io
import warnings
from hashlib import sha256

from django.db import transaction
from PIL import Image, ImageOps

from annotations.models import ReaderStudy, SchemaImage
from annotations.services.drafts import require_form_open, stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid

MAXIMUM_BYTES = 5 * 2**20
MAXIMUM_PIXELS = 25_000_000
# As large as the form shows it at most.
LONGEST_SIDE = 1200
MOST_IMAGES = 100
FORMATS = ("PNG", "JPEG")


@transaction.atomic
def schema_image_store(*, by: User, reader_study: ReaderStudy, content: bytes) -> SchemaImage:
    """Store a PNG or JPEG while the form can change (the caller locks the row); the same one twice is one."""
    require_form_open(reader_study)
    image = _pixels(content)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    digest = sha256(written.getvalue()).hexdigest()
    known = SchemaImage.objects.filter(reader_study=reader_study, sha256=digest).first()
    if known:
        return known
    if SchemaImage.objects.filter(reader_study=reader_study).count() >= MOST_IMAGES:
        raise Conflict(f"A reader study has at most {MOST_IMAGES} example images.", code="too_many_images")
    made = SchemaImage.objects.create(
        reader_study=reader_study,
        sha256=digest,
        columns=image.width,
        rows=image.height,
        content=written.getvalue(),
        created_by=by,
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="schema_image.create",
        obj=made,
        detail={"sha256": digest},
        rows=[made],
    )
    return made


def _pixels(content: bytes) -> Image.Image:
    """Return the pixels alone, upright: no colour profile, no text, no place and no camera come along."""
    if len(content) > MAXIMUM_BYTES:
        raise Invalid(f"The image is larger than {MAXIMUM_BYTES // 2**20} MiB.", code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAXIMUM_PIXELS:
                raise Invalid(f"The image has more than {MAXIMUM_PIXELS:,} pixels.", code="too_large")
            upright = ImageOps.exif_transpose(image)
            grey = upright.mode in ("1", "L", "I;16", "I")
            plain = upright.convert("L" if grey else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid("This is no PNG or JPEG that can be read.", code="bad_image") from error
    pixels = Image.new(plain.mode, plain.size)
    pixels.paste(plain)
    return pixels
