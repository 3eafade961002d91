"""prmtop and inpcrd files written by ParmEd from an OpenMM force field, read back by OpenMM's own reader."""

import warnings

import numpy as np
from openmm import app, unit

from force_fields import Field

# Born radii that AMBER recommends for each model.
RADII = {"vacuum": "mbondi2", "obc1": "mbondi2", "obc2": "mbondi2", "gbn2": "mbondi3"}

_MODELS = {"vacuum": None, "obc1": app.OBC1, "obc2": app.OBC2, "gbn2": app.GBn2}


def write(path, topology, coordinates, force_field, radii):
    """Writes `path`.prmtop and `path`.inpcrd (no box, no velocities); `coordinates` [atoms][3] in nm."""
    import parmed
    from parmed.tools import changeRadii

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        structure = parmed.openmm.load_topology(
            topology, Field(force_field, "vacuum").system(topology), xyz=coordinates * unit.nanometer)
        parameters = parmed.amber.AmberParm.from_structure(structure)
        changeRadii(parameters, radii).execute()
        parameters.parm_data["TITLE"] = [path.name]
        parameters.save(f"{path}.prmtop", overwrite=True)
        restart = parmed.amber.AmberAsciiRestart(f"{path}.inpcrd", "w", natom=len(coordinates), title=path.name)
        restart.coordinates = coordinates * 10
        restart.close()
    _remove_date(f"{path}.prmtop")


def read(path, solvent):
    """(topology, System) as OpenMM reads `path`.prmtop in `solvent`; all pairs, no constraints."""
    prmtop = app.AmberPrmtopFile(f"{path}.prmtop")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        system = prmtop.createSystem(
            nonbondedMethod=app.NoCutoff, constraints=None, rigidWater=False, removeCMMotion=False,
            implicitSolvent=_MODELS[solvent])
    return prmtop.topology, system


def read_coordinates(path):
    """[atoms][3], nm."""
    positions = app.AmberInpcrdFile(f"{path}.inpcrd").positions
    return np.array(positions.value_in_unit(unit.nanometer))


def _remove_date(path):
    """The same molecule must be the same bytes."""
    with open(path) as file:
        lines = file.readlines()
    if lines and lines[0].startswith("%VERSION"):
        lines[0] = "%VERSION  VERSION_STAMP = V0001.000  DATE = 01/01/00  00:00:00\n"
    with open(path, "w") as file:
        file.writelines(lines)
