"""Checks that other programs read the files that MolFlow writes: frames, atoms, units, velocities, cells, weights.

    python trajectory_readers.py --coordinates C.npy [--velocities V.npy] [--trajectory T.nc] [--ensemble E.nc]
                                 [--restart R.ncrst] [--pdb M.pdb]

C.npy and V.npy hold what was written, [n][atoms][3] in nm and nm/ps; a restart holds the first frame. Files without
velocities or a cell are checked for what they have. Ends with exit code 0 when all agree, else 1 with a message.
Needs numpy, scipy, netCDF4, mdtraj, MDAnalysis, ParmEd, and ncdump (package netcdf-bin).
"""

import argparse
import re
import subprocess
import sys
import warnings

import numpy

warnings.simplefilter("ignore")

# Coordinates pass through float32 Å; half a unit in the last place of numbers below 64 Å, in nm.
FLOAT_TOLERANCE_NM = 64 * 2.0**-24 * 0.1 * 1.01
# PDB has three decimals of Å.
PDB_TOLERANCE_NM = 0.5e-4 * 1.01

failures = []


def expect(condition, message):
    """Notes a failure; the checks go on, so that one run shows all of them."""
    if not condition:
        failures.append(message)


def close(found, expected, tolerance, message):
    found = numpy.asarray(found, dtype=float)
    expected = numpy.asarray(expected, dtype=float)
    if found.shape != expected.shape:
        failures.append(f"{message}: shape {found.shape} instead of {expected.shape}")
        return
    difference = numpy.abs(found - expected)
    worst = float(difference.max()) if difference.size else 0.0
    if not worst <= tolerance:
        failures.append(f"{message}: differs by {worst:.3g} (tolerance {tolerance:.3g})")


def header(path):
    """The text of ncdump -h."""
    result = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True, check=False)
    expect(result.returncode == 0, f"ncdump -h {path}: {result.stderr.strip()}")
    kind = subprocess.run(["ncdump", "-k", path], capture_output=True, text=True, check=False).stdout.strip()
    expect(kind == "64-bit offset", f"ncdump -k {path}: '{kind}' instead of 64-bit offset")
    return result.stdout


def expect_lines(text, lines, path):
    flat = re.sub(r"\s+", " ", text)
    for line in lines:
        expect(line in flat, f"ncdump -h {path}: no '{line}'")


def check_header_of_trajectory(path, coordinates):
    frames, atoms, _ = coordinates.shape
    text = header(path)
    expect_lines(
        text,
        [
            f"frame = UNLIMITED ; // ({frames} currently)",
            "spatial = 3 ;",
            f"atom = {atoms} ;",
            "char spatial(spatial) ;",
            "float coordinates(frame, atom, spatial) ;",
            'coordinates:units = "angstrom" ;',
            ':Conventions = "AMBER" ;',
            ':ConventionVersion = "1.0" ;',
            ":program = ",
            ":programVersion = ",
        ],
        path,
    )
    if "time(frame)" in text:
        expect_lines(text, ["float time(frame) ;", 'time:units = "picosecond" ;'], path)
    if "velocities(" in text:
        expect_lines(
            text,
            [
                "float velocities(frame, atom, spatial) ;",
                'velocities:units = "angstrom/picosecond" ;',
                "velocities:scale_factor = 20.455",
            ],
            path,
        )
    if "cell_lengths(" in text:
        expect_lines(
            text,
            [
                "cell_spatial = 3 ;",
                "cell_angular = 3 ;",
                "label = 5 ;",
                "char cell_angular(cell_angular, label) ;",
                "double cell_lengths(frame, cell_spatial) ;",
                'cell_lengths:units = "angstrom" ;',
                "double cell_angles(frame, cell_angular) ;",
                'cell_angles:units = "degree" ;',
            ],
            path,
        )


def check_with_netcdf4(path, coordinates):
    import netCDF4

    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        close(file["coordinates"][:] / 10, coordinates, FLOAT_TOLERANCE_NM, f"netCDF4 {path} coordinates")
        expect(b"".join(file["spatial"][:]) == b"xyz", f"netCDF4 {path}: spatial is not xyz")
        if "cell_angular" in file.variables:
            labels = [b"".join(row) for row in file["cell_angular"][:]]
            expect(labels == [b"alpha", b"beta ", b"gamma"], f"netCDF4 {path}: cell_angular is {labels}")


def check_with_scipy(path, coordinates):
    from scipy.io import netcdf_file

    with netcdf_file(path, mmap=False) as file:
        close(file.variables["coordinates"][:] / 10, coordinates, FLOAT_TOLERANCE_NM, f"scipy {path} coordinates")


def check_with_mdtraj(path, coordinates, topology):
    import mdtraj

    with mdtraj.formats.NetCDFTrajectoryFile(path) as file:
        xyz, _, lengths, angles = file.read()
    close(xyz / 10, coordinates, FLOAT_TOLERANCE_NM, f"mdtraj {path} coordinates")
    if topology:
        loaded = mdtraj.load_netcdf(path, top=topology)
        expect(loaded.n_atoms == coordinates.shape[1], f"mdtraj {path}: {loaded.n_atoms} atoms")
        close(loaded.xyz, coordinates, FLOAT_TOLERANCE_NM, f"mdtraj {path} coordinates with a topology")
    return lengths, angles


def check_with_mdanalysis(path, coordinates, velocities):
    import MDAnalysis
    from MDAnalysis.coordinates.TRJ import NCDFReader

    with NCDFReader(path) as reader:
        expect(reader.n_frames == len(coordinates), f"MDAnalysis {path}: {reader.n_frames} frames")
        expect(reader.n_atoms == coordinates.shape[1], f"MDAnalysis {path}: {reader.n_atoms} atoms")
        positions, found_velocities = [], []
        for step in reader:
            positions.append(step.positions.copy())
            if step.has_velocities:
                found_velocities.append(step.velocities.copy())
    close(numpy.array(positions) / 10, coordinates, FLOAT_TOLERANCE_NM, f"MDAnalysis {path} coordinates")
    if velocities is not None and found_velocities:
        close(numpy.array(found_velocities) / 10, velocities, 10 * FLOAT_TOLERANCE_NM, f"MDAnalysis {path} velocities")
    return bool(found_velocities)


def check_with_parmed(path, coordinates, velocities):
    from parmed.amber import NetCDFTraj

    file = NetCDFTraj.open_old(path)
    expect(file.frame == len(coordinates), f"ParmEd {path}: {file.frame} frames")
    expect(file.atom == coordinates.shape[1], f"ParmEd {path}: {file.atom} atoms")
    close(file.coordinates / 10, coordinates, FLOAT_TOLERANCE_NM, f"ParmEd {path} coordinates")
    if velocities is not None and file.hasvels:
        close(file.velocities / 10, velocities, 10 * FLOAT_TOLERANCE_NM, f"ParmEd {path} velocities")
    has_velocities = file.hasvels
    file.close()
    return has_velocities


def check_trajectory(path, coordinates, velocities, topology):
    check_header_of_trajectory(path, coordinates)
    check_with_netcdf4(path, coordinates)
    check_with_scipy(path, coordinates)
    check_with_mdtraj(path, coordinates, topology)
    seen = [check_with_mdanalysis(path, coordinates, velocities), check_with_parmed(path, coordinates, velocities)]
    expect(seen[0] == seen[1], f"{path}: MDAnalysis and ParmEd disagree on whether it has velocities")


def check_ensemble(path, coordinates, topology):
    import netCDF4

    check_trajectory(path, coordinates, None, topology)
    text = header(path)
    expect_lines(
        text,
        [
            "double potential_energy(frame) ;",
            'potential_energy:units = "kilojoule/mole" ;',
            "double reduced_potential(frame) ;",
            "double log_proposal(frame) ;",
            "double log_weight(frame) ;",
            ":system = ",
            ":temperature = ",
            ":seed = ",
        ],
        path,
    )
    with netCDF4.Dataset(path) as file:
        log_weights = numpy.asarray(file["log_weight"][:], dtype=float)
        expect(len(log_weights) == len(coordinates), f"{path}: {len(log_weights)} weights")
        close(numpy.exp(log_weights).sum(), 1.0, 1e-9, f"{path}: sum of the weights")
        energies = numpy.asarray(file["potential_energy"][:], dtype=float)
        reduced = numpy.asarray(file["reduced_potential"][:], dtype=float)
        expect(not numpy.isnan(energies).any(), f"{path}: an energy is not a number")
        expect(not numpy.isnan(reduced).any(), f"{path}: a reduced potential is not a number")
        temperature = float(file.temperature)
        expect(temperature > 0, f"{path}: temperature {temperature}")
        int(file.seed)


def check_restart(path, coordinates, velocities):
    import mdtraj
    from parmed.amber import NetCDFRestart

    text = header(path)
    expect_lines(
        text,
        [
            ':Conventions = "AMBERRESTART" ;',
            "double coordinates(atom, spatial) ;",
            'coordinates:units = "angstrom" ;',
            'time:units = "picosecond" ;',
        ],
        path,
    )
    # MDAnalysis reads ASCII restarts only. Double precision: only the conversion of units rounds.
    restart = NetCDFRestart.open_old(path)
    close(restart.coordinates.reshape(-1, 3) / 10, coordinates, 1e-12, f"ParmEd {path} coordinates")
    if velocities is not None and restart.hasvels:
        close(restart.velocities.reshape(-1, 3) / 10, velocities, 1e-12, f"ParmEd {path} velocities")
    restart.close()
    with mdtraj.formats.AmberNetCDFRestartFile(path) as file:
        close(file.read()[0][0] / 10, coordinates, 1e-12, f"mdtraj {path} coordinates")


def check_pdb(path, coordinates):
    import MDAnalysis
    import mdtraj
    import parmed

    loaded = mdtraj.load_pdb(path)
    close(loaded.xyz, coordinates, PDB_TOLERANCE_NM, f"mdtraj {path} coordinates")
    elements = [atom.element.symbol for atom in loaded.topology.atoms]
    structure = parmed.read_pdb(path)
    close(structure.get_coordinates() / 10, coordinates, PDB_TOLERANCE_NM, f"ParmEd {path} coordinates")
    found = [atom.element_name for atom in structure.atoms]
    expect(found == elements, f"{path}: ParmEd's elements {found} are not mdtraj's {elements}")
    universe = MDAnalysis.Universe(path)
    positions = numpy.array([universe.atoms.positions.copy() for _ in universe.trajectory])
    close(positions / 10, coordinates, PDB_TOLERANCE_NM, f"MDAnalysis {path} coordinates")
    names = [atom.name for atom in structure.atoms]
    expect(names == list(universe.atoms.names), f"{path}: MDAnalysis and ParmEd disagree on atom names")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coordinates", required=True)
    parser.add_argument("--velocities")
    parser.add_argument("--trajectory", action="append", default=[])
    parser.add_argument("--ensemble", action="append", default=[])
    parser.add_argument("--restart", action="append", default=[])
    parser.add_argument("--pdb", action="append", default=[])
    arguments = parser.parse_args()

    coordinates = numpy.load(arguments.coordinates)
    velocities = numpy.load(arguments.velocities) if arguments.velocities else None
    expect(coordinates.dtype == numpy.dtype("<f8"), f"{arguments.coordinates}: type {coordinates.dtype}")
    topology = arguments.pdb[0] if arguments.pdb else None

    checks = [(path, check_trajectory, (coordinates, velocities, topology)) for path in arguments.trajectory]
    checks += [(path, check_ensemble, (coordinates, topology)) for path in arguments.ensemble]
    first_velocities = None if velocities is None else velocities[0]
    checks += [(path, check_restart, (coordinates[0], first_velocities)) for path in arguments.restart]
    checks += [(path, check_pdb, (coordinates,)) for path in arguments.pdb]
    if not checks:
        parser.error("no file to check")
    for path, check, details in checks:
        before = len(failures)
        try:
            check(path, *details)
        except Exception as error:  # a reader that refuses the file is a finding, not an end
            failures.append(f"{path}: {type(error).__name__}: {error}")
        print(f"{'ok  ' if len(failures) == before else 'FAIL'} {path}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
