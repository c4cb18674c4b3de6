#!/usr/bin/env python3
"""kill.py OUT: kills the program at random while it works on a queue, and lets it go on each time.

No finished sentence may be lost, and the translations must be the bytes that an unbroken run writes. OUT must be new.
Where a kill lands is drawn by seed: while the models load, while they decode, or, once little is left to decode, when
a new file appears. A queue that is done is followed by another until all kills are spent. WASAN names the program.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import small

WASAN = os.environ.get("WASAN", Path(__file__).parents[2] / "target/release/wasan")
# Kills that a queue's decoding is divided by, about.
KILLS_A_QUEUE = 20


def translate(sources, folder, more=()):
    command = [WASAN, "translate", "--from", "de", "--to", "en", "--json", *more]
    return [*command, "--out", folder / "out", "--data", folder / "data", *sources]


def start(command):
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Queue:
    """A queue in a folder of its own, and what was seen of it so far."""

    def __init__(self, folder, sources):
        self.folder, self.sources = folder, sources
        self.segments, self.done = {}, {}
        (folder / "out").mkdir(parents=True)

    def rest(self):
        """What goes on with it: by name those that are not done, or, where all are in the queue, the queue."""
        rows = small.rows(WASAN, self.folder / "data")
        left = [source for source in self.sources if rows.get(str(source), {}).get("state") != "done"]
        if left and len(rows) == len(self.sources) and len(left) % 2:
            return [WASAN, "jobs", "resume", "--json", "--data", self.folder / "data"]
        return translate(left, self.folder, ["--resume"]) if left else None

    def left(self):
        """The share of sentences that is not translated; 1 while it is not known."""
        rows = small.rows(WASAN, self.folder / "data").values()
        total = sum(row["total"] for row in rows)
        all_read = len(rows) == len(self.sources) and all(row["total"] for row in rows)
        return 1 - sum(row["done"] for row in rows) / total if all_read else 1

    def check(self):
        """Compares what is stored with what was seen before."""
        path = self.folder / "data" / "wasan.db"
        if path.exists():
            with sqlite3.connect(path) as store:
                tables = store.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'sentence_cache'").fetchone()
                found = dict(store.execute("SELECT key, target FROM sentence_cache")) if tables[0] else {}
            lost = [key for key, target in self.segments.items() if found.get(key) != target]
            assert not lost, f"{len(lost)} finished sentences were lost"
            self.segments = found
        rows = small.rows(WASAN, self.folder / "data")
        for source, row in rows.items():
            assert row["done"] >= self.done.get(source, 0), f"{source}: {row['done']} of {self.done[source]} are left"
            self.done[source] = row["done"]

    def kill_once(self, command, draw, loading_s, decoding_s):
        """Starts the program and kills it; where that was, or nothing when it had ended before."""
        writes_soon = self.left() < 0.2
        where = draw.choice(["loading", "writing", "writing"] if writes_soon else ["loading", "decoding", "decoding"])
        here = set(os.listdir(self.folder / "out"))
        child = start(command)
        if where == "writing":
            while child.poll() is None and set(os.listdir(self.folder / "out")) <= here:
                pass
            time.sleep(draw.uniform(0, 0.004))
        else:
            more = draw.uniform(0, 2 * decoding_s / KILLS_A_QUEUE) if where == "decoding" else 0
            try:
                child.wait(draw.uniform(0, loading_s) if where == "loading" else loading_s + more)
            except subprocess.TimeoutExpired:
                pass
        was_running = child.poll() is None
        child.kill()
        said = child.communicate()[1]
        assert was_running or child.returncode == 0, said
        return where if was_running else None


def seconds(command):
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=lambda text: Path(text).absolute())
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    out, kills, draw = given.out, given.kills, random.Random(given.seed)
    sources = small.make(out / "in")
    calm = Queue(out / "calm", sources)
    whole_s = seconds(translate(sources, calm.folder))
    loading_s = seconds([WASAN, "translate", "--from", "de", "--to", "en", "Ja."])
    expected = contents(out / "calm/out")
    total = sum(row["total"] for row in small.rows(WASAN, out / "calm/data").values())
    print(f"{len(sources)} documents, {total} sentences: {whole_s:.1f} s unbroken, {loading_s:.1f} s to load", flush=True)
    landed, queues = Counter(), 0
    while landed.total() < kills:
        queues += 1
        queue = Queue(out / f"queue-{queues}", sources)
        while command := queue.rest():
            if landed.total() < kills:
                landed[queue.kill_once(command, draw, loading_s, whole_s - loading_s)] += 1
                del landed[None]
            else:
                subprocess.run(command, check=True, capture_output=True)
            queue.check()
        found = contents(queue.folder / "out")
        wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        assert not wrong, f"other than in an unbroken run: {wrong}"
    print(f"{landed.total()} kills ({dict(landed)}) over {queues} queues: 0 sentences lost, all {len(expected)} files equal")


if __name__ == "__main__":
    main()
