"""Build the image that programs run in.

python -m sandbox.image build [--if-missing] [--tag TAG]
"""

import argparse
import sys

from sandbox.engine import connect
from sandbox.errors import SandboxError
from sandbox.recipe import IMAGE, build, ensure_image

__all__ = ["IMAGE", "build", "ensure_image"]


def main() -> int:
    """Build the image from the command line: 0 built or there, 3 the engine or the packages failed."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.image", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="build")
    building = commands.add_parser("build", help="build the sandbox image")
    building.add_argument("--if-missing", action="store_true", help="do nothing if the image is there")
    building.add_argument("--tag", default=IMAGE, help="default: %(default)s")
    wanted = parser.parse_args()
    try:
        client = connect()
        (ensure_image if wanted.if_missing else build)(client, wanted.tag)
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    sys.stdout.write(f"{wanted.tag}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
