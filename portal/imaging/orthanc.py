"""The only door to Orthanc: REST through pyorthanc, DICOMweb through dicomweb-client.

Every call has a time limit. A call is repeated only when the connection failed and repeating it cannot
change the outcome; a slow or refusing server is never asked twice. Failures are typed, so callers can tell
"Orthanc is down" (try later) from "Orthanc says no" (say so) and from "not there" (404).

Orthanc 1.10.1 facts relied on here:

* an instance's Orthanc id is a digest of its four identifiers, so a file stored twice is one instance;
* ``/instances/{id}/frames/{n}/raw`` gives the stored bytes of one frame for every transfer syntax, while the
  DICOMweb frame route fails for big endian, deflated and HTJ2K;
* series metadata must be asked for as "Full": the short forms drop PixelSpacing and the rescale.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pyorthanc
import requests
from dicomweb_client.api import DICOMwebClient

_ATTEMPTS = 3
_PAUSE_S = 0.2
# Failures of the connection itself. A read time-out is left out on purpose: the server has the request and is
# busy, and asking again doubles its work.
_CONNECTION_ERRORS = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.RemoteProtocolError,
    requests.exceptions.ConnectionError,
)


class OrthancError(Exception):
    """Something between the portal and Orthanc went wrong."""


class OrthancUnavailable(OrthancError):
    """Orthanc cannot be reached, does not answer in time, or answers with a server error."""


class OrthancRefused(OrthancError):
    """Orthanc answered and refused the request."""

    def __init__(self, action: str, http_status: int) -> None:
        super().__init__(f"Orthanc refused to {action} (HTTP {http_status}).")
        self.http_status = http_status


class NotInOrthanc(OrthancError):
    """Orthanc holds no such resource."""


@dataclass(frozen=True, slots=True)
class OrthancAddress:
    """Where Orthanc is and how to sign in."""

    url: str
    username: str
    password: str
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """Orthanc's answer to an upload."""

    orthanc_id: str
    orthanc_series_id: str
    orthanc_study_id: str
    already_stored: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One line of Orthanc's changes feed."""

    sequence: int
    kind: str
    orthanc_id: str
    date: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """A page of the changes feed; `last_sequence` is the number to continue from."""

    changes: tuple[Change, ...]
    last_sequence: int
    done: bool


class Orthanc:
    """A connection to one Orthanc server; safe to share between threads, not between processes."""

    def __init__(self, address: OrthancAddress) -> None:
        """Prepare the clients; nothing is sent yet."""
        base = address.url.rstrip("/")
        self._rest = pyorthanc.Orthanc(
            base,
            address.username,
            address.password,
            return_raw_response=True,
            timeout=httpx.Timeout(address.read_timeout_s, connect=address.connect_timeout_s),
            # httpx asks for gzip by itself; compressing pixels costs ten times the transfer.
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        )
        session = requests.Session()
        session.trust_env = False
        session.auth = (address.username, address.password)
        session.headers["Accept-Encoding"] = "identity"
        self._dicomweb = DICOMwebClient(
            f"{base}/dicom-web",
            session=session,
            timeout=(address.connect_timeout_s, address.read_timeout_s),
        )
        # dicomweb-client would wait minutes on a 5xx by itself; the rule above is ours alone.
        self._dicomweb.set_http_retry_params(retry=False)

    def close(self) -> None:
        """Close the connections."""
        self._rest.close()
        self._dicomweb._session.close()

    def system(self) -> dict[str, Any]:
        """Orthanc's name and versions; the health check."""
        return self._json("describe itself", self._rest.get_system)

    def upload_instance(self, file_bytes: bytes) -> StoredInstance:
        """Store one DICOM file.

        Repeating it after a lost connection is safe: the id is a digest of the identifiers, so the second
        copy is answered with AlreadyStored and changes nothing (OverwriteInstances is off).
        """
        answer = self._json("store an instance", lambda: self._rest.post_instances(content=file_bytes))
        if not isinstance(answer, dict) or "ID" not in answer:
            # A ZIP is answered with a list; archives are opened by the portal, never by Orthanc.
            raise OrthancRefused("store something that is not a single DICOM instance", 200)
        return StoredInstance(
            orthanc_id=answer["ID"],
            orthanc_series_id=answer["ParentSeries"],
            orthanc_study_id=answer["ParentStudy"],
            already_stored=answer["Status"] == "AlreadyStored",
        )

    def find_instance_id(self, sop_instance_uid: str) -> str | None:
        """The Orthanc id of a SOP Instance UID, or None."""
        # pyorthanc's own method sends the text as a form, which httpx has deprecated.
        found = self._json(
            "look up a UID", lambda: self._rest.post(f"{self._rest.url}/tools/lookup", content=sop_instance_uid)
        )
        ids = [row["ID"] for row in found if row["Type"] == "Instance"]
        return ids[0] if ids else None

    def instance_tags(self, orthanc_id: str) -> dict[str, Any]:
        """All tags of an instance by keyword, without pixels."""
        return self._json("read tags", lambda: self._rest.get_instances_id_simplified_tags(orthanc_id))

    def series_tags(self, orthanc_id: str) -> dict[str, Any]:
        """The main tags of a series, as Orthanc indexes them."""
        return self._json("read a series", lambda: self._rest.get_series_id(orthanc_id))["MainDicomTags"]

    def series_instance_ids(self, orthanc_id: str) -> list[str]:
        """The Orthanc ids of the instances of a series."""
        answer = self._json("read a series", lambda: self._rest.get_series_id(orthanc_id))
        return list(answer["Instances"])

    def holds(self, orthanc_id: str) -> bool:
        """Does Orthanc hold this instance?"""
        try:
            self._json("look for an instance", lambda: self._rest.get_instances_id(orthanc_id))
        except NotInOrthanc:
            return False
        return True

    def study_tags(self, orthanc_id: str) -> dict[str, Any]:
        """The main tags of an imaging study, as Orthanc indexes them."""
        return self._json("read an imaging study", lambda: self._rest.get_studies_id(orthanc_id))["MainDicomTags"]

    def instance_transfer_syntax(self, orthanc_id: str) -> str:
        """The stored transfer syntax UID; empty for HTJ2K, which Orthanc 1.10.1 does not know."""
        name = "TransferSyntax"
        return self._bytes(
            "read a transfer syntax",
            lambda: self._rest.get_instances_id_metadata_name(id_=orthanc_id, name=name),
        ).decode("ascii")

    def instance_origin(self, orthanc_id: str) -> str:
        """How an instance came: DicomProtocol (C-STORE), RestApi, Plugins, Lua or WebDav."""
        return self._bytes(
            "read an instance's origin",
            lambda: self._rest.get_instances_id_metadata_name(id_=orthanc_id, name="Origin"),
        ).decode("ascii")

    def element_value(self, orthanc_id: str, path: str) -> bytes:
        """The raw value of one element, such as "0028-1201" or "0028-3010/0/0028-3006", in its byte order."""
        return self._bytes(
            "read an element", lambda: self._rest.get_instances_id_content_path(id_=orthanc_id, path=path)
        )

    def instance_file(self, orthanc_id: str) -> bytes:
        """The whole DICOM file as stored."""
        return self._bytes("read a file", lambda: self._rest.get_instances_id_file(orthanc_id))

    def frame(self, orthanc_id: str, frame_number: int) -> bytes:
        """The stored bytes of one frame (numbered from 1 as in DICOMweb), in the stored transfer syntax."""
        if frame_number < 1:
            raise NotInOrthanc("Frames are numbered from 1.")
        index = str(frame_number - 1)
        return self._bytes(
            "read a frame",
            lambda: self._rest.get_instances_id_frames_frame_raw(id_=orthanc_id, frame=index),
            missing_frame=True,
        )

    def series_metadata(self, study_instance_uid: str, series_instance_uid: str) -> list[dict[str, Any]]:
        """DICOM JSON of every instance of a series, pixels left out."""
        return self._dicomweb_json(
            "read series metadata",
            lambda: self._dicomweb.retrieve_series_metadata(study_instance_uid, series_instance_uid),
        )

    def instance_metadata(self, study_uid: str, series_uid: str, sop_instance_uid: str) -> dict[str, Any]:
        """DICOM JSON of one instance, pixels left out."""
        rows = self._dicomweb_json(
            "read instance metadata",
            lambda: [self._dicomweb.retrieve_instance_metadata(study_uid, series_uid, sop_instance_uid)],
        )
        return rows[0]

    def changes(self, since: int, limit: int) -> ChangesPage:
        """Changes after sequence number `since`, oldest first."""
        query = {"since": since, "limit": limit}
        return _changes_page(self._json("read changes", lambda: self._rest.get_changes(params=query)))

    def last_sequence(self) -> int:
        """The sequence number of the newest change; 0 for an empty index."""
        answer = self._json("read changes", lambda: self._rest.get_changes(params={"last": ""}))
        return int(answer["Last"])

    def delete_instance(self, orthanc_id: str) -> None:
        """Remove an instance; one that is already gone is no error, so a repeat is safe."""
        try:
            self._send("delete an instance", lambda: self._rest.delete_instances_id(orthanc_id))
        except NotInOrthanc:
            return

    def _json(self, action: str, call: Callable[[], Any]) -> Any:
        response = self._send(action, call)
        try:
            return response.json()
        except ValueError as error:
            raise OrthancUnavailable(f"Orthanc's answer to '{action}' is not JSON.") from error

    def _bytes(self, action: str, call: Callable[[], Any], *, missing_frame: bool = False) -> bytes:
        return bytes(self._send(action, call, missing_frame=missing_frame).content)

    def _send(self, action: str, call: Callable[[], Any], *, missing_frame: bool = False) -> httpx.Response:
        response: httpx.Response = _with_retries(action, call)
        # Orthanc answers 400 to a frame number beyond the last one.
        _raise_for_status(action, response.status_code, is_missing=missing_frame and response.status_code == 400)
        return response

    def _dicomweb_json(self, action: str, call: Callable[[], Any]) -> list[dict[str, Any]]:
        try:
            rows: list[dict[str, Any]] = _with_retries(action, call)
        except requests.exceptions.HTTPError as error:
            status = error.response.status_code if error.response is not None else 502
            _raise_for_status(action, status)
            raise OrthancUnavailable(f"Orthanc could not {action}.") from error
        if not rows:
            # Orthanc's DICOMweb answers an unknown study with 200 and an empty list.
            raise NotInOrthanc(f"Orthanc has nothing to {action} from.")
        return rows


def _with_retries(action: str, call: Callable[[], Any]) -> Any:
    """Run an idempotent call, again after a connection error, and give time-outs their own name."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return call()
        except _CONNECTION_ERRORS as error:
            if attempt == _ATTEMPTS:
                raise OrthancUnavailable(f"Orthanc cannot be reached to {action}.") from error
            time.sleep(_PAUSE_S * attempt)
        except (httpx.TimeoutException, requests.exceptions.Timeout) as error:
            raise OrthancUnavailable(f"Orthanc did not {action} in time.") from error
        except (httpx.HTTPError, requests.exceptions.JSONDecodeError) as error:
            raise OrthancUnavailable(f"Orthanc could not {action}.") from error
    raise AssertionError("unreachable")


def _raise_for_status(action: str, http_status: int, *, is_missing: bool = False) -> None:
    if http_status == 404 or is_missing:
        raise NotInOrthanc(f"Orthanc has nothing to {action} from.")
    if http_status >= 500:
        raise OrthancUnavailable(f"Orthanc failed to {action} (HTTP {http_status}).")
    if http_status >= 400:
        raise OrthancRefused(action, http_status)


def _changes_page(answer: dict[str, Any]) -> ChangesPage:
    changes = tuple(
        Change(sequence=row["Seq"], kind=row["ChangeType"], orthanc_id=row["ID"], date=row["Date"])
        for row in answer["Changes"]
    )
    return ChangesPage(changes=changes, last_sequence=int(answer["Last"]), done=bool(answer["Done"]))
