"""Kills `molsample simulate` at random moments and lets --resume finish: every file must come out as from a run that was
never disturbed, byte for byte. Then takes away the disk: a full one and a read-only one must give a clear error and leave
files that can be read.

    python crosscheck/kill_and_resume.py --molsample .build/release/molsample [--kills 50] [--seed 1]
"""

import argparse
import hashlib
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import netCDF4

RESULTS = ["trajectory.nc", "trajectory-1.nc", "energies.csv", "simulation.json", "config.yaml"]
# Two temperatures that exchange, frames and checkpoints in quick succession: a kill hits all sorts of moments.
SETTINGS = [
    "alanine-dipeptide", "temperatures=300,420", "replicas=20", "steps=6000", "stride=50", "equilibration=500",
    "exchange_interval=25", "seed=11", "keep=all", "checkpoint_seconds=0.02"]


def command(molsample, folder, *more, settings=SETTINGS):
    return [os.path.abspath(molsample), "simulate", *settings, f"output={folder}", *more]


def digests(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in RESULTS}


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=600, check=False, **options)


class Checks:
    def __init__(self):
        self.passed = 0
        self.failures = []

    def check(self, name, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {detail}")
            print(f"FAILED {name}: {detail}", flush=True)


def kills(molsample, workplace, checks, count, seed):
    begin = time.monotonic()
    reference = workplace / "undisturbed"
    finished = run(command(molsample, reference, "threads=2"))
    checks.check("the undisturbed run ends well", finished.returncode == 0, finished.stderr[-400:])
    duration = time.monotonic() - begin
    expected = digests(reference)
    moments = random.Random(seed)
    unfinished = 0
    for trial in range(count):
        folder = workplace / f"killed-{trial}"
        # One kill in four comes while a resumed run is at work.
        for stage in range(2 if trial % 4 == 3 else 1):
            process = subprocess.Popen(
                command(molsample, folder, "--resume", f"threads={1 + trial % 2}"), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=moments.uniform(0.02, 0.95 * duration))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                unfinished += 1
            trajectory = folder / "trajectory.nc"
            if trajectory.exists():
                with netCDF4.Dataset(trajectory) as file:
                    frames = file.dimensions["frame"].size
                    whole = bool((abs(file["coordinates"][:]) < 1e3).all()) if frames else True
                checks.check(f"kill {trial}: the trajectory can be read", whole, f"{frames} frames with garbage")
        finished = run(command(molsample, folder, "--resume"))
        checks.check(f"kill {trial}: the resumed run ends well", finished.returncode == 0, finished.stderr[-400:])
        found = digests(folder)
        wrong = [name for name in RESULTS if found[name] != expected[name]]
        checks.check(f"kill {trial}: same bytes", not wrong, f"differ: {wrong}")
        shutil.rmtree(folder)
    checks.check("most kills hit a run at work", unfinished >= count // 2, f"only {unfinished} of {count}")
    print(f"{unfinished} kills of runs of {duration:.1f} s", flush=True)


def longer(molsample, workplace, checks):
    """A finished run made longer is the longer run."""
    short = [word.replace("steps=6000", "steps=2000") for word in SETTINGS]
    folder = workplace / "longer"
    run(command(molsample, folder, settings=short))
    finished = run(command(molsample, folder, "--resume"))
    checks.check("a finished run goes on", finished.returncode == 0, finished.stderr[-400:])
    expected = digests(workplace / "undisturbed")
    found = digests(folder)
    wrong = [name for name in RESULTS if found[name] != expected[name]]
    checks.check("longer run: same bytes", not wrong, f"differ: {wrong}")
    other = run(command(molsample, folder, "--resume", settings=[word.replace("seed=11", "seed=12") for word in SETTINGS]))
    checks.check(
        "other settings are refused", other.returncode == 4 and "other settings" in other.stderr,
        f"exit {other.returncode}: {other.stderr[-300:]}")
    again = run(command(molsample, folder))
    checks.check(
        "an old simulation is not overwritten", again.returncode == 2 and "--resume" in again.stderr,
        f"exit {again.returncode}: {again.stderr[-300:]}")


def damaged(molsample, workplace, checks):
    folder = workplace / "damaged"
    run(command(molsample, folder))
    for name, damage in [
            ("checkpoint.json", lambda path: path.write_bytes(path.read_bytes()[:1000])),
            ("trajectory.nc", lambda path: path.write_bytes(path.read_bytes()[:5000])),
            ("energies.csv", lambda path: path.write_bytes(b"step\n"))]:
        copy = workplace / "damaged-copy"
        shutil.copytree(folder, copy)
        damage(copy / name)
        finished = run(command(molsample, copy, "--resume"))
        checks.check(
            f"a cut {name} is refused with its name",
            finished.returncode in (1, 4) and name in finished.stderr, f"exit {finished.returncode}: {finished.stderr[-300:]}")
        shutil.rmtree(copy)


def disks(molsample, workplace, checks):
    """A full disk by a limit on the size of files, and by a small file system where this process may mount one."""
    folder = workplace / "full"
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    finished = run(command(molsample, folder), preexec_fn=limit)
    full_disk(molsample, folder, finished, checks, "file size limit")

    mount = workplace / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", mount], capture_output=True).returncode == 0:
        try:
            finished = run(command(molsample, mount / "run"))
            full_disk(molsample, mount / "run", finished, checks, "full disk", enlarge=lambda: subprocess.run(
                ["mount", "-o", "remount,size=50m", mount], check=True))
            subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
            finished = run(command(molsample, mount / "other"))
            read_only(finished, checks)
        finally:
            subprocess.run(["umount", mount], check=False)
    else:
        print("no file system could be mounted: the full disk was tried by a size limit only")
        locked = workplace / "locked"
        locked.mkdir()
        locked.chmod(0o555)
        read_only(run(command(molsample, locked / "run")), checks)


def read_only(finished, checks):
    checks.check(
        "a read-only folder is named", finished.returncode == 1 and "cannot be made" in finished.stderr,
        f"exit {finished.returncode}: {finished.stderr[-300:]}")


def full_disk(molsample, folder, finished, checks, name, enlarge=lambda: None):
    checks.check(
        f"{name}: a clear error", finished.returncode == 1 and str(folder) in finished.stderr
        and any(text in finished.stderr for text in ("No space left", "File too large", "enough space")),
        f"exit {finished.returncode}: {finished.stderr[-400:]}")
    with netCDF4.Dataset(folder / "trajectory.nc") as file:
        good = bool((abs(file["coordinates"][:]) < 1e3).all())
        frames = file.dimensions["frame"].size
    checks.check(f"{name}: the trajectory can be read", good, f"{frames} frames with garbage")
    enlarge()
    finished = run(command(molsample, folder, "--resume"))
    checks.check(f"{name}: goes on with room again", finished.returncode == 0, finished.stderr[-400:])
    expected = digests(folder.parent / "undisturbed") if (folder.parent / "undisturbed").exists() else None
    if expected:
        wrong = [file for file in RESULTS if digests(folder)[file] != expected[file]]
        checks.check(f"{name}: same bytes afterwards", not wrong, f"differ: {wrong}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--molsample", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as place:
        workplace = pathlib.Path(place)
        kills(options.molsample, workplace, checks, options.kills, options.seed)
        longer(options.molsample, workplace, checks)
        damaged(options.molsample, workplace, checks)
        disks(options.molsample, workplace, checks)
    print(f"{checks.passed} passed, {len(checks.failures)} failed")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
