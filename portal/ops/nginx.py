"""nginx in front of the portal: it sends the frames that the portal has allowed. See docs/deployment.md.

python -m portal.ops.nginx --listen 443\\ ssl > /etc/nginx/conf.d/overread.conf
"""

import argparse
from pathlib import Path
from string import Template

from portal.ops import host
from portal.ops.environment import port_of, state_folder

TEMPLATE = Path(__file__).with_name("nginx.conf.template")
# The whole of a configuration around the portal's part, for an nginx of its own that leaves the system's alone.
_ALONE = """daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""


def server_configuration(*, listen: str, portal: str, frames: Path) -> str:
    """The portal's part of nginx's configuration: `portal` is where it listens, `frames` the folder of its frames."""
    return Template(TEMPLATE.read_text()).substitute(listen=listen, portal=portal, frames=frames)


def command_alone(folder: Path, server: str) -> list[str]:
    """Write the configuration of an nginx with nothing but the portal's part into `folder`; how to start it."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(_ALONE.format(folder=folder, server=server))
    return [host.program("nginx"), "-e", str(folder / "error.log"), "-c", str(configuration)]


def main() -> None:
    """Print the configuration for this installation."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--listen", default="80", help="nginx's `listen`, such as `127.0.0.1:8080` or `443 ssl`")
    chosen = options.parse_args()
    portal = f"127.0.0.1:{port_of('web')}"
    print(server_configuration(listen=chosen.listen, portal=portal, frames=state_folder() / "frames"))


if __name__ == "__main__":
    main()
