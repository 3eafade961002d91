"""The same geometries in every coordinate format that `molsample energy` reads, written by other programs.

Each writer returns the coordinates [n][atoms][3] in nm that the file really holds, after the format's rounding.
"""

import io

import numpy as np
from openmm import app, unit


def write_netcdf(path, topology, frames):
    """AMBER NetCDF trajectory by mdtraj: float32 Å."""
    import mdtraj

    with mdtraj.formats.NetCDFTrajectoryFile(str(path), "w") as file:
        file.write(frames * 10, time=np.arange(len(frames), dtype=float))
    with mdtraj.formats.NetCDFTrajectoryFile(str(path)) as file:
        return file.read()[0].astype(np.float64) / 10


def write_netcdf_restart(path, topology, frames):
    """AMBER NetCDF restart by ParmEd: one frame, float64 Å."""
    import parmed

    restart = parmed.amber.NetCDFRestart.open_new(str(path), natom=frames.shape[1], box=False, vels=False)
    restart.coordinates = frames[0] * 10
    restart.time = 0.0
    restart.close()
    return np.array(parmed.amber.NetCDFRestart.open_old(str(path)).coordinates).reshape(1, -1, 3) / 10


def write_ascii_restart(path, topology, frames):
    """AMBER ASCII restart by ParmEd: one frame, seven decimals of an Å."""
    import parmed

    restart = parmed.amber.AmberAsciiRestart(str(path), "w", natom=frames.shape[1], title="crosscheck")
    restart.coordinates = frames[0] * 10
    restart.close()
    positions = app.AmberInpcrdFile(str(path)).positions
    return np.array([positions.value_in_unit(unit.nanometer)])


def write_pdb_models(path, topology, frames):
    """PDB file with a MODEL for each frame, by OpenMM: three decimals of an Å."""
    text = io.StringIO()
    app.PDBFile.writeHeader(topology, text)
    for number, frame in enumerate(frames, start=1):
        app.PDBFile.writeModel(topology, frame * unit.nanometer, text, modelIndex=number)
    app.PDBFile.writeFooter(topology, text)
    path.write_text(text.getvalue())
    file = app.PDBFile(str(path))
    return np.array([
        file.getPositions(frame=index).value_in_unit(unit.nanometer) for index in range(file.getNumFrames())])


# file name → writer
WRITERS = {
    "trajectory.nc": write_netcdf,
    "netcdf.rst7": write_netcdf_restart,
    "ascii.rst7": write_ascii_restart,
    "ascii.inpcrd": write_ascii_restart,
    "models.pdb": write_pdb_models,
}
