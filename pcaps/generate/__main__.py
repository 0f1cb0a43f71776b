"""Make the sample captures again: ``python -m pcaps.generate [--out DIR]``."""

import argparse
from pathlib import Path

from pcaps.generate.samples import write_samples


def main() -> None:
    """Write the samples and say which."""
    parser = argparse.ArgumentParser(prog="python -m pcaps.generate", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        metavar="DIR",
        help="folder to write into (default: pcaps/)",
    )
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_samples(folder):
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
