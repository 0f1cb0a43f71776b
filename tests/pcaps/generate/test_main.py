import subprocess
import sys
from pathlib import Path


def test_the_command_writes_the_samples_into_the_folder_given(
    tmp_path: Path, repository: Path
) -> None:
    folder = tmp_path / "new"
    done = subprocess.run(
        [sys.executable, "-m", "pcaps.generate", "--out", str(folder)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    names = ["beacon.pcap", "browsing.pcap", "ipv6.pcap", "tls13.pcapng"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert [Path(line.partition(": ")[0]).name for line in done.stdout.splitlines()] == names
