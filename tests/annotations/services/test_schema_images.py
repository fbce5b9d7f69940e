"""Example images: what was sent is written anew, and nothing but its pixels is kept."""

import io

import pytest
from django.test import Client
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from annotations.models import SchemaImage
from annotations.services.reader_studies import label_schema_put
from annotations.services.schema_images import LONGEST_SIDE, schema_image_store
from portal.audit.models import Event
from portal.errors import Conflict, Invalid
from tests.annotations.building import CALL, Built, draft, launched

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return draft("images")


def file(image: Image.Image, kind: str, **more: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def stored(built: Built, content: bytes) -> SchemaImage:
    return schema_image_store(by=built.coordinator, reader_study=built.reader_study, content=content)


def test_only_the_pixels_are_kept_upright(built: Built) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "A patient's name"  # Orientation: rotate by 90 degrees; ImageDescription
    made = stored(built, file(Image.new("RGB", (40, 20), "red"), "JPEG", exif=exif, comment=b"secret comment"))
    assert (made.columns, made.rows) == (20, 40)
    content = bytes(made.content)
    assert b"patient" not in content
    assert b"secret" not in content
    kept = Image.open(io.BytesIO(content))
    assert (kept.format, kept.info, kept.getpixel((1, 1))) == ("PNG", {}, (254, 0, 0))


def test_texts_in_a_png_and_what_is_behind_it_are_left_out(built: Built) -> None:
    notes = PngInfo()
    notes.add_text("Comment", "A patient's name")
    made = stored(built, file(Image.new("L", (8, 8), 7), "PNG", pnginfo=notes) + b"<script>alert(1)</script>")
    assert b"patient" not in bytes(made.content)
    assert b"script" not in bytes(made.content)


def test_a_large_image_is_made_smaller_and_the_same_one_is_stored_once(built: Built) -> None:
    content = file(Image.new("L", (3000, 1500), 7), "PNG")
    made = stored(built, content)
    assert (made.columns, made.rows) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert stored(built, content).pk == made.pk
    (event,) = Event.objects.filter(action="schema_image.create", object_id=str(made.pk))
    assert (event.actor_id, event.detail) == (built.coordinator.pk, {"sha256": made.sha256})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bad_image"),
        (file(Image.new("L", (8, 8)), "GIF"), "bad_image"),
        (file(Image.new("L", (80, 80)), "PNG")[:60], "bad_image"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * (5 * 2**20), "too_large"),
        (file(Image.new("1", (6000, 5000)), "PNG"), "too_large"),
    ],
)
def test_what_is_no_image_of_a_sane_size_is_refused(built: Built, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        stored(built, content)
    assert refused.value.code == code


def test_a_form_names_only_images_of_its_own_reader_study(built: Built) -> None:
    elsewhere = stored(draft("elsewhere"), file(Image.new("L", (8, 8), 1), "PNG"))
    with pytest.raises(Invalid) as refused:
        label_schema_put(
            by=built.coordinator, reader_study=built.reader_study, questions=[{**CALL, "image": elsewhere.sha256}]
        )
    assert [(one["field"], one["code"]) for one in refused.value.errors] == [("questions[0].image", "image_missing")]
    own = stored(built, file(Image.new("L", (8, 8), 2), "PNG"))
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=[{**CALL, "image": own.sha256}])


def test_a_launch_freezes_the_images_too_and_readers_see_them() -> None:
    before = draft("seen")
    made = stored(before, file(Image.new("L", (8, 8), 3), "PNG"))
    client = Client()
    client.force_login(before.readers[0])
    address = f"/api/v1/reader-studies/{before.reader_study.pk}/schema-images/{made.sha256}"
    assert client.get(address).status_code == 404
    client.force_login(before.coordinator)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", bytes(made.content))
    built = launched("frozen images")
    with pytest.raises(Conflict):
        stored(built, file(Image.new("L", (8, 8), 4), "PNG"))
