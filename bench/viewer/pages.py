"""The pages beside the portal: the bare Cornerstone3D page, built here, and OHIF as npm has it."""

import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from phantoms import REPOSITORY

OHIF = "@ohif/app@3.12.10"
HERE = Path(__file__).resolve().parent


class Files(SimpleHTTPRequestHandler):
    """Static files that the browser may keep, and `index.html` for every path of a single-page application."""

    protocol_version = "HTTP/1.1"
    replaced: dict[str, bytes] = {}

    def do_GET(self) -> None:
        """Answer a file."""
        path = self.path.partition("?")[0]
        if path in self.replaced:
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Content-Length", str(len(self.replaced[path])))
            self.end_headers()
            self.wfile.write(self.replaced[path])
            return
        if not Path(self.translate_path(path)).is_file():
            self.path = "/index.html"
        super().do_GET()

    def end_headers(self) -> None:
        """Let the browser keep it: the bench measures applications that have been open before."""
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, replaced: dict[str, bytes] | None = None) -> Iterator[str]:
    """Serve a folder on loopback; its address."""
    handler = type("Served", (Files,), {"replaced": replaced or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def bare_page(folder: Path) -> Path:
    """Build the bare page with the front end's own packages."""
    target = folder / "bare"
    command = [REPOSITORY / "frontend/node_modules/.bin/vite", "build", "--config", HERE / "page/vite.config.js"]
    environment = os.environ | {"BENCH_PAGE": str(target)}
    subprocess.run([*command, "--logLevel", "error"], check=True, env=environment, cwd=REPOSITORY / "frontend")
    return target


def ohif(folder: Path) -> Path | None:
    """OHIF's built application from npm; None, said loudly, where npm does not give it."""
    target = folder / "ohif"
    if not target.exists():
        print(f"fetching {OHIF} from npm", flush=True)
        npm = shutil.which("npm")
        command = [npm or "npm", "pack", "--silent", OHIF]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False) if npm else None
        if done is None or done.returncode != 0:
            print(f"*** OHIF IS NOT MEASURED: npm does not give {OHIF}: {done.stderr if done else 'no npm'}")
            return None
        (archive,) = folder.glob("ohif-app-*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")
        archive.unlink()
    return target / "package" / "dist"


def ohif_settings(orthanc: str) -> dict[str, bytes]:
    """OHIF's configuration: its own defaults, with Orthanc as the one data source."""
    source = {
        "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
        "sourceName": "orthanc",
        "configuration": {
            "friendlyName": "Orthanc",
            "name": "orthanc",
            "qidoRoot": f"{orthanc}/dicom-web",
            "wadoRoot": f"{orthanc}/dicom-web",
            "wadoUriRoot": f"{orthanc}/dicom-web",
            "qidoSupportsIncludeField": True,
            "imageRendering": "wadors",
            "thumbnailRendering": "wadors",
            "enableStudyLazyLoad": True,
            "supportsFuzzyMatching": False,
            "supportsWildcard": True,
            "dicomUploadEnabled": False,
            "omitQuotationForMultipartRequest": True,
        },
    }
    settings = {
        "name": "config/bench.js",
        "routerBasename": None,
        "extensions": [],
        "modes": [],
        "customizationService": {},
        "showStudyList": True,
        "maxNumberOfWebWorkers": 3,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": False,
        "showLoadingIndicator": True,
        "strictZSpacingForVolumeViewport": True,
        "maxNumRequests": {"interaction": 100, "thumbnail": 75, "prefetch": 25},
        "investigationalUseDialog": {"option": "never"},
        "defaultDataSourceName": "orthanc",
        "dataSources": [source],
    }
    return {"/app-config.js": f"window.config = {json.dumps(settings)};".encode()}
