"""How fast OpenMM evaluates one molecule, one configuration at a time, by each route that users take.

Generous to OpenMM: the coordinates lie ready in the form it takes fastest (NumPy), the Context exists, and forces are
computed but not copied into Python.
"""

import time
from dataclasses import dataclass

import numpy as np
import openmm as mm
from openmm import unit

from force_fields import Field


@dataclass
class Route:
    """One way of evaluating a molecule in OpenMM."""

    name: str
    context: mm.Context
    positions: list

    def rate(self, forces, seconds):
        """Evaluations per second, over at least `seconds` and a whole pass over the positions."""
        set_positions, get_state = self.context.setPositions, self.context.getState
        count = 0
        start = time.perf_counter()
        while True:
            for x in self.positions:
                set_positions(x)
                get_state(getEnergy=True, getForces=forces)
                count += 1
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                return count / elapsed


def routes(topology, coordinates, force_field, solvent, cutoff):
    """Routes of the molecule in its own solvent, and, where that is written as a CustomGBForce, in the native
    GBSAOBCForce with the same radii: another function of the same cost, the fastest that OpenMM can offer."""
    system = Field(force_field, solvent, cutoff).system(topology)
    custom = any(isinstance(force, mm.CustomGBForce) for force in system.getForces())
    found = []
    for platform in ("Reference", "CPU"):
        if custom:
            found.append(_route(f"{platform}, CustomGBForce", system, platform, coordinates))
            found.append(_route(f"{platform}, GBSAOBCForce", _native(system, cutoff), platform, coordinates))
            if cutoff:
                all_pairs = _native(Field(force_field, solvent).system(topology), None)
                found.append(_route(f"{platform}, GBSAOBCForce, all pairs", all_pairs, platform, coordinates))
        else:
            found.append(_route(f"{platform}, GBSAOBCForce", system, platform, coordinates))
    return found


def _route(name, system, platform, coordinates):
    properties = {"Threads": "1"} if platform == "CPU" else {}
    context = mm.Context(
        system, mm.VerletIntegrator(0.001), mm.Platform.getPlatformByName(platform), properties)
    return Route(name, context, [np.ascontiguousarray(frame) for frame in coordinates])


def _native(system, cutoff):
    """The System with its CustomGBForce replaced by a GBSAOBCForce."""
    copied = mm.XmlSerializer.clone(system)
    index = next(i for i, force in enumerate(copied.getForces()) if isinstance(force, mm.CustomGBForce))
    custom = copied.getForce(index)
    native = mm.GBSAOBCForce()
    for i in range(custom.getNumParticles()):
        charge, offset_radius, scaled_radius = custom.getParticleParameters(i)
        native.addParticle(charge, offset_radius + 0.009, scaled_radius / offset_radius)
    native.setSolventDielectric(78.5)
    if cutoff:
        native.setNonbondedMethod(mm.GBSAOBCForce.CutoffNonPeriodic)
        native.setCutoffDistance(cutoff * unit.nanometer)
    copied.removeForce(index)
    copied.addForce(native)
    return copied
