import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import project
from capture.errors import EngineError, UnreadableInputError
from commands.errors import WrongUseError
from evaluation.errors import EvaluationError
from models.errors import ModelError
from training.manifest import ManifestError
from verdict.errors import CertificateDatabaseError, DocumentError

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("command", ["", *project.COMMANDS])
def test_help_has_an_example_or_the_exit_statuses(command: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ending:
        project.main([command, "--help"] if command else ["--help"])
    assert ending.value.code == 0
    text = capsys.readouterr().out
    assert "example: python project.py" in text or "exit status: 0 nothing malicious" in text


@pytest.mark.parametrize("arguments", [["detect"], ["unheard-of"], ["scan", "x"], ["certs"]])
def test_wrong_use(arguments: list[str], capsys: Output) -> None:
    with pytest.raises(SystemExit) as ending:
        project.main(arguments)
    assert ending.value.code == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WrongUseError("m"), 2),
        (UnreadableInputError("m"), 3),
        (ManifestError("m"), 3),
        (DocumentError("m"), 3),
        (EvaluationError("m"), 3),
        (CertificateDatabaseError("m"), 3),
        (EngineError("m"), 4),
        (ModelError("m"), 4),
    ],
)
def test_errors_become_one_line_and_a_status(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def fail(arguments: object) -> int:
        raise error

    monkeypatch.setattr("commands.evaluate.run", fail)
    assert project.main(["evaluate"]) == status
    assert capsys.readouterr().err == "m\n"


@pytest.mark.parametrize("left", [[], ["card.json"]])
def test_a_folder_of_the_program_that_is_gone_is_one_line(
    left: list[str], repository: Path, tmp_path: Path
) -> None:
    """The folder of the models is one that people delete or replace."""
    for name in ("capture", "commands"):
        (tmp_path / name).symlink_to(repository / name)
    shutil.copy(repository / "project.py", tmp_path)
    for name in left:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / name).write_text("{}")
    command = [sys.executable, "project.py", "detect", "some.pcap"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("No module named 'models")
    assert "git checkout -- models" in done.stderr
    assert done.stderr.count("\n") == 1


def test_missing_library_says_how_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def fail(arguments: object) -> int:
        raise ModuleNotFoundError("No module named 'polars'", name="polars")

    monkeypatch.setattr("commands.evaluate.run", fail)
    assert project.main(["evaluate"]) == 4
    assert "make venv" in capsys.readouterr().err


@pytest.mark.parametrize("reason", [FileNotFoundError, PermissionError])
def test_an_environment_that_cannot_be_started_is_gone_without(
    reason: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def exists(path: Path) -> bool:
        raise reason

    def start(path: Path, arguments: list[str]) -> None:
        tried.append(path)
        raise reason

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(Path, "exists", exists)
    monkeypatch.setattr("os.execv", start)
    monkeypatch.setattr(sys, "prefix", "/usr")
    project._change_to_the_environment()
    assert len(tried) == 1


def test_an_environment_that_lacks_the_libraries_is_not_started_again_and_again(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("os.execv", lambda path, arguments: pytest.fail("started again"))
    monkeypatch.setattr(sys, "prefix", str(repository / ".venv"))
    project._change_to_the_environment()


@pytest.mark.parametrize(("option", "first"), [("-q", "internal"), ("-v", "Traceback")])
def test_a_defect_is_one_line_and_not_the_status_of_a_verdict(
    option: str, first: str, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def fail(arguments: object) -> int:
        raise ValueError("what\nnobody thought of")

    monkeypatch.setattr("commands.evaluate.run", fail)
    assert project.main(["evaluate", option]) == 4
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "internal error, please report it (ValueError: what)"
    assert lines[0].startswith(first)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_change_the_status(
    closed: str, repository: Path, pcaps: Path, tmp_path: Path
) -> None:
    project_file, capture = repository / "project.py", pcaps / "beacon.pcap"
    command = f"{sys.executable} {project_file} logs {capture} --out {tmp_path} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "conn.log").is_file()


@pytest.mark.parametrize(
    "command", ["detect {pcaps}/beacon.pcap --json -", "evaluate --json", "certs export -"]
)
def test_a_result_for_closed_output_is_refused(
    command: str, repository: Path, pcaps: Path, tmp_path: Path
) -> None:
    whole = f"{sys.executable} {repository}/project.py {command.format(pcaps=pcaps)} >&-"
    shell = ["sh", "-c", f"{whole} --certificates {tmp_path}/certificates.sqlite"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "standard output cannot be written (it was closed)\n"


def test_interruption_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def interrupt(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("commands.evaluate.run", interrupt)
    assert project.main(["evaluate"]) == 130
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "stopped; what was under way is not in any result\n"


def test_start_imports_nothing_heavy(repository: Path) -> None:
    """The prompt must show within a second; numpy and all that builds on it waits."""
    code = (
        "import sys, project; project.COMMANDS; "
        "print([name for name in ('numpy', 'polars', 'lightgbm', 'sklearn', 'rich', 'sqlite3') "
        "if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_prompt_in_a_process_without_terminal(repository: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, str(repository / "project.py")],
        cwd=tmp_path,
        input=b"\xff\xfe\nquit\n",
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0
    assert result.stderr == b""
    assert result.stdout.count(b"please input the IP that to be detected:") == 2


def test_closed_pipe_is_quiet(repository: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(repository / "project.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    process.stdin.write(b"nonsense\nmore\nquit\n")
    process.stdin.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


# A prompt that says when all libraries are loaded, some of which handle the signal on their own.
INTERRUPTIBLE = """
import signal, sys
sys.path.insert(0, sys.argv.pop())
signal.signal(signal.SIGINT, signal.default_int_handler)
import project
from commands import prompt

class Prepared(prompt.Preparation):
    def __enter__(self):
        super().__enter__()
        self.wait()
        print("loaded", flush=True)
        return self

prompt.Preparation = Prepared
sys.exit(project.main([]))
"""


def test_interrupted_prompt_leaves_quietly(repository: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, str(repository)],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().endswith(b"loaded\n")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read().strip() == b""


# Who runs the tests may have had the signal ignored.
READER = """
import signal, sys
sys.path.insert(0, sys.argv.pop())
signal.signal(signal.SIGINT, signal.default_int_handler)
import project
sys.exit(project.main())
"""


def test_interrupted_while_a_pipe_brings_nothing_it_ends(repository: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [sys.executable, "-c", READER, "logs", str(pipe), "--out", "logs", str(repository)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
    ) as process:
        with pipe.open("wb"):  # as soon as it is read
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130
        assert process.stderr
        assert process.stderr.read().startswith(b"stopped")


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what these runs learn away from the user's database."""
    path = tmp_path / "certificates.sqlite"
    monkeypatch.setattr("verdict.certificates.DEFAULT_PATH", path)
    return path


def test_beacon_of_the_sample_captures_is_malicious(
    pcaps: Path, certificates: Path, capsys: Output
) -> None:
    assert project.main(["detect", str(pcaps / "beacon.pcap"), "--ip", "192.168.1.66"]) == 1
    output = capsys.readouterr().out
    assert "the FINAL predict result is MALICIOUS!\n" in output
    assert "evidence: server 203.0.113.66: self-signed certificate" in output
    assert "evidence: server 203.0.113.66: regular beacon every" in output
    assert certificates.exists()


@pytest.mark.usefixtures("certificates")
def test_ordinary_browsing_of_the_sample_captures_is_normal(pcaps: Path, capsys: Output) -> None:
    names = ("browsing.pcap", "ipv6.pcap", "tls13.pcapng")
    assert project.main(["detect", *(str(pcaps / name) for name in names)]) == 0
    assert ", 0 malicious\n" in capsys.readouterr().out


def test_scan_of_the_sample_captures_in_processes(
    pcaps: Path, tmp_path: Path, certificates: Path
) -> None:
    captures = [str(pcaps / name) for name in ("beacon.pcap", "tls13.pcapng")]
    out = tmp_path / "out"
    options = ["--out", str(out), "--jobs", "1", "--certificates", str(certificates)]
    assert project.main(["scan", *captures, *options]) == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "beacon.pcap.json",
        "summary.csv",
        "tls13.pcapng.json",
    ]


@pytest.mark.usefixtures("certificates")
def test_changed_byte_of_a_model_is_one_line(
    repository: Path, pcaps: Path, tmp_path: Path, capsys: Output
) -> None:
    models = tmp_path / "models"
    shutil.copytree(repository / "models", models)
    path = models / "gbdt" / "trees.txt"
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)
    assert project.main(["detect", str(pcaps / "beacon.pcap"), "--models", str(models)]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "differs from its card" in line
