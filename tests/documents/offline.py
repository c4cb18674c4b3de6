#!/usr/bin/env python3
"""offline.py OUT: translates a queue as usual, without a network, and under the eyes of strace.

The bytes must be the same each time, and no internet socket may be asked for. OUT must be new. WASAN names the
program. Needs Linux, `unshare` and `strace`.
"""

import re
import subprocess
import sys
from pathlib import Path

import kill
import small


def main():
    out = Path(sys.argv[1]).absolute()
    sources = small.make(out / "in")
    trace = out / "trace"
    watched = {
        "usual": [],
        "no-network": ["unshare", "-rn"],
        "watched": ["strace", "-f", "-qq", "-e", "trace=network", "-o", trace],
    }
    written = {}
    for name, before in watched.items():
        (out / name / "out").mkdir(parents=True)
        subprocess.run([*before, *kill.translate(sources, out / name)], check=True, capture_output=True)
        written[name] = kill.contents(out / name / "out")
        assert len(written[name]) == len(sources) and written[name] == written["usual"], name
    calls = trace.read_text().splitlines()
    internet = [call for call in calls if re.search(r"AF_INET6?\b", call)]
    assert not internet, internet
    families = sorted(set(re.findall(r"\b[AP]F_\w+", "\n".join(calls))))
    print(f"{len(sources)} files are equal; {len(calls)} network calls in {trace}, of the families: {families}")


if __name__ == "__main__":
    main()
