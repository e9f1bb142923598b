"""Nothing leaves the machine: every process of a run is watched, and caged where Linux can.

Python tells of every socket by an audit event, in each process that starts with the folder of
``sitecustomize.py`` on its path, joblib's workers included. Libraries in C tell nobody, so the
run also takes place under a seccomp filter that kills whoever connects, listens or sends.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

DEMO = Path(__file__).resolve().parents[1] / "src" / "defiller" / "demo" / "tap.md"
LABELS = Path(__file__).resolve().parents[1] / "labels" / "corpus" / "written0.jsonl"

PAGE = """<html><head><title>Moss</title></head><body><article><h1>Moss in the lawn</h1>
<p>Moss grows where grass is thin, and autumn raking makes it thinner: on the trial plots at
Harlow the plots raked in October had 40% more moss by March than the plots left alone.</p>
<p>Read more at <a href="https://example.com/moss">example.com</a>
<img src="https://example.com/moss.png"><script src="https://example.com/x.js"></script></p>
<p>Rake when the grass has been mown twice, and sow the bare patches the same day.</p>
</article></body></html>"""

WATCH = """
import os, sys
log = os.open(os.environ["SOCKET_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def tell(*words):
    os.write(log, (" ".join(map(str, (os.getpid(), *words))) + "\\n").encode())
def watch(event, arguments):
    if event == "socket.__new__":
        tell(event, arguments[1])  # its family
    elif event.startswith("socket."):
        tell(event, *arguments[1:] if event in ("socket.bind", "socket.connect") else arguments)
sys.addaudithook(watch)
tell("start")
"""

# PR_SET_NO_NEW_PRIVS, then PR_SET_SECCOMP with a filter: load the architecture, load the number
# of the system call, compare, and kill or allow. Numbers are those of Linux' tables.
CAGE = """
import ctypes, json, platform, struct, sys
CALLS = {  # connect, accept, sendto, sendmsg, listen, accept4, sendmmsg
    "x86_64": (0xC000003E, (42, 43, 44, 46, 50, 288, 307)),
    "aarch64": (0xC00000B7, (203, 202, 206, 211, 201, 242, 269)),
}
def cage():
    arch, calls = CALLS.get(platform.machine(), (0, ()))
    if sys.platform != "linux" or not calls:
        return False
    steps = [(0x20, 0, 0, 4), (0x15, 0, len(calls) + 1, arch), (0x20, 0, 0, 0)]
    steps += [(0x15, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    steps += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x80000000)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(steps), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    return not libc.prctl(38, 1, 0, 0, 0) and not libc.prctl(22, 2, program, 0, 0)
"""

RUN = """
from defiller.__main__ import main
caged = cage()
codes = [main(arguments) for arguments in json.loads(sys.argv[1])]
print("caged" if caged else "free", codes, file=sys.stderr)
"""


class Event(NamedTuple):
    pid: str
    name: str
    what: str = ""


# Importing trafilatura imports urllib3, which looks whether a socket can have an IPv6 address of
# its own: it is bound to the loopback, closed, and nothing is sent.
LOOPBACK = {("socket.__new__", "10"), ("socket.bind", "('::1', 0)")}
AF_UNIX = "1"


class Watched:
    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "sockets.log"
        (folder / "path").mkdir()
        (folder / "path" / "sitecustomize.py").write_text(WATCH)
        paths = [str(folder / "path"), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.environment = {**os.environ, "SOCKET_LOG": str(self.log)}
        self.environment["PYTHONPATH"] = os.pathsep.join(paths)

    def __call__(self, code, *arguments):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def events(self):
        lines = [line.split(" ", 2) for line in self.log.read_text().splitlines()]
        return [Event(*line) for line in lines]

    def outward(self):
        """Events of sockets that are not pipes between processes."""
        return [
            event
            for event in self.events()
            if event.name != "start"
            and (event.name, event.what) not in {*LOOPBACK, ("socket.__new__", AF_UNIX)}
        ]


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path)


def of_commands(watched, *commands):
    done = watched(CAGE + RUN, json.dumps([list(map(str, command)) for command in commands]))
    assert done.returncode == 0, (done.returncode, done.stderr)  # -31 is what the cage gives
    assert done.stderr.rstrip().endswith(str([0] * len(commands))), done.stderr
    return done


def test_scoring_opens_no_socket(watched, tmp_path):
    """Strip, score, annotate and explain, of text, a page and a folder by two workers."""
    articles = tmp_path / "articles"
    articles.mkdir()
    for number in range(4):
        (articles / f"{number}.md").write_bytes(DEMO.read_bytes())
    (articles / "page.html").write_text(PAGE)
    of_commands(
        watched,
        ["strip", DEMO],
        ["score", DEMO, "--reasons"],
        ["annotate", DEMO],
        ["explain", DEMO],
        ["strip", articles / "page.html"],
        ["strip", articles, "--out", tmp_path / "out", "--jobs", "2"],
    )
    assert watched.outward() == []
    assert len({event.pid for event in watched.events() if event.name == "start"}) >= 3
    assert len(list((tmp_path / "out").iterdir())) == 5


@pytest.mark.slow
def test_training_opens_no_socket(watched, tmp_path):
    # Labels of one writer cannot be split; three are the fewest that can.
    labels = [LABELS.with_name(f"written{number}.jsonl") for number in range(3)]
    of_commands(watched, ["train", *labels, "--out", tmp_path / "model"])
    assert watched.outward() == []
    assert (tmp_path / "model" / "model.json").is_file()


CALLS = [
    "import socket; socket.getaddrinfo('localhost', 80)",
    "import socket; socket.gethostbyname('localhost')",
    "import socket; socket.socket().connect_ex(('127.0.0.1', 9))",
    "import socket; socket.socket().bind(('127.0.0.1', 0))",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
]


def test_the_watch_sees_who_calls_out(watched):
    for number, call in enumerate(CALLS):
        watched(call)
        assert len({event.pid for event in watched.outward()}) == number + 1, call


def test_the_cage_kills_who_calls_out(watched):
    """The system call itself, as a library in C would make it."""
    call = CAGE + (
        "import os, socket\nif not cage(): raise SystemExit(77)\n"
        "socket.socket().connect_ex(('127.0.0.1', 9))"
    )
    code = watched(call).returncode
    if code == 77:
        pytest.skip("this system has no seccomp filters")
    assert code == -signal.SIGSYS
