"""Writes the files of this folder: the same frames as other programs store them.

    python make_foreign_files.py FOLDER

Needs mdtraj, MDAnalysis, ParmEd, netCDF4 and numpy. Every number is exact in float32, in Å or Å/ps, so that the tests
compare without tolerance: coordinate(frame, atom, axis) = 8 frame + 1.5 atom + 0.25 axis - 4, in Å.
"""

import pathlib
import sys

import MDAnalysis
import mdtraj
import netCDF4
import numpy
import parmed
from parmed.amber import NetCDFRestart, NetCDFTraj

FRAMES, ATOMS = 3, 5
folder = pathlib.Path(sys.argv[1])

frame, atom, axis = numpy.meshgrid(range(FRAMES), range(ATOMS), range(3), indexing="ij")
coordinates = 8.0 * frame + 1.5 * atom + 0.25 * axis - 4.0
velocities = coordinates / 2.0
times = 0.5 * numpy.arange(FRAMES) + 1.0
cell = numpy.array([[30.0, 32.0, 34.0, 90.0, 90.0, 60.0]] * FRAMES)

with mdtraj.formats.NetCDFTrajectoryFile(str(folder / "mdtraj.nc"), "w", force_overwrite=True) as file:
    file.write(coordinates, time=times, cell_lengths=cell[:, :3], cell_angles=cell[:, 3:])

universe = MDAnalysis.Universe.empty(ATOMS, trajectory=True, velocities=True)
with MDAnalysis.Writer(str(folder / "mdanalysis.ncdf"), ATOMS, velocities=True, dt=0.5) as writer:
    for i in range(FRAMES):
        universe.atoms.positions = coordinates[i]
        universe.atoms.velocities = velocities[i]
        universe.dimensions = cell[i]
        universe.trajectory.ts.time = times[i]
        writer.write(universe.atoms)

trajectory = NetCDFTraj.open_new(str(folder / "parmed.nc"), ATOMS, box=True, vels=True)
for i in range(FRAMES):
    trajectory.add_coordinates(coordinates[i])
    trajectory.add_velocities(velocities[i])
    trajectory.add_box(cell[i, :3], cell[i, 3:])
    trajectory.add_time(times[i])
trajectory.close()

restart = NetCDFRestart.open_new(
    str(folder / "parmed.ncrst"), ATOMS, box=True, vels=True, title="five atoms", remd=None, temp=None)
restart.coordinates = coordinates[1]
restart.velocities = velocities[1]
restart.cell_lengths = cell[1, :3]
restart.cell_angles = cell[1, 3:]
restart.time = times[1]
restart.close()

mdtraj_restart = mdtraj.formats.AmberNetCDFRestartFile(str(folder / "mdtraj.ncrst"), "w", force_overwrite=True)
mdtraj_restart.write(coordinates[1], time=times[1], cell_lengths=cell[1, :3], cell_angles=cell[1, 3:])
mdtraj_restart.close()

# The classic formats without and with 64-bit sizes, packed coordinates, and variables nobody has heard of.
for name, kind in (("classic.nc", "NETCDF3_CLASSIC"), ("data64.nc", "NETCDF3_64BIT_DATA"), ("hdf5.nc", "NETCDF4")):
    with netCDF4.Dataset(folder / name, "w", format=kind) as file:
        file.Conventions = "CF-1.6 AMBER"
        file.createDimension("frame", None)
        file.createDimension("atom", ATOMS)
        file.createDimension("spatial", 3)
        file.createVariable("odd", "i1", ("frame",))[:] = numpy.arange(FRAMES)
        packed = file.createVariable("coordinates", "f8", ("frame", "atom", "spatial"))
        packed.set_auto_maskandscale(False)
        packed.units = "Angstroms"
        packed.scale_factor = 0.5
        packed[:] = coordinates * 2.0

numpy.save(folder / "float32.npy", (coordinates / 8.0).astype("<f4"))
with open(folder / "version2.npy", "wb") as file:
    numpy.lib.format.write_array(file, coordinates / 8.0, version=(2, 0))
numpy.save(folder / "fortran.npy", numpy.asfortranarray(coordinates))
numpy.save(folder / "integers.npy", numpy.arange(6))
numpy.save(folder / "structured.npy", numpy.zeros(2, dtype=[("x", "<f8"), ("y", "<f4")]))
numpy.save(folder / "scalar.npy", numpy.float64(2.5))
