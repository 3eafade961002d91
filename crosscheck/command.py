"""Runs `molsample` and reads what it prints."""

import json
import os
import subprocess
from dataclasses import dataclass

import numpy as np

from reference import TERMS


class CommandFailed(Exception):
    """The command ended with an error, or printed what its contract does not allow."""


@dataclass
class Energies:
    total: np.ndarray
    terms: dict
    forces: np.ndarray | None


class Molsample:
    def __init__(self, path):
        self.path = os.path.abspath(path)

    def run(self, arguments, timeout=600):
        """The completed process, whatever its exit status."""
        return subprocess.run(
            [self.path, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False)

    def json(self, arguments, timeout=600):
        finished = self.run(arguments, timeout)
        if finished.returncode != 0:
            raise CommandFailed(
                f"exit status {finished.returncode}: {_shortened(finished.stderr or finished.stdout)}")
        try:
            return json.loads(finished.stdout)
        except json.JSONDecodeError as error:
            raise CommandFailed(f"stdout is not one JSON object ({error}): {_shortened(finished.stdout)}") from error

    def energies(self, system, coordinates, forces=None):
        """`molsample energy` on a coordinate file; forces are written to and read back from `forces`, if given.

        system: the arguments that name the system, for example ["--sequence", "AK", …].
        """
        arguments = ["energy", *system, "--coordinates", coordinates, "--json"]
        if forces is not None:
            arguments += ["--forces-out", forces]
        printed = self.json(arguments)
        try:
            total = _numbers(printed["potential_energy_kJ_mol"])
            terms = {name: _numbers(printed["terms_kJ_mol"].get(name, [0.0] * len(total))) for name in TERMS}
            unknown = set(printed["terms_kJ_mol"]) - set(TERMS)
            count = printed["count"]
        except (KeyError, TypeError, ValueError) as error:
            raise CommandFailed(f"the JSON lacks or garbles {error}: {_shortened(json.dumps(printed))}") from error
        if unknown:
            raise CommandFailed(f"unknown terms {sorted(unknown)}")
        if any(len(values) != count for values in [total, *terms.values()]):
            raise CommandFailed(f"count is {count}, but the lists have other lengths")
        return Energies(total, terms, None if forces is None else np.load(forces))


def _numbers(values):
    """JSON has no infinity; the command writes the string "Infinity"."""
    return np.array([float(value) for value in values])


def _shortened(text, length=400):
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length] + " …"
