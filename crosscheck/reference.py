"""Energies term by term, and forces, from OpenMM's Reference platform in double precision."""

import copy

import numpy as np
import openmm as mm
from openmm import unit

TERMS = ["bond", "angle", "torsion", "cmap", "lennard_jones", "coulomb", "generalized_born", "surface_area"]

_KJ = unit.kilojoule_per_mole


class Evaluator:
    """One System on the Reference platform, forces in groups if `groups` says so."""

    def __init__(self, system):
        self.system = system
        self.integrator = mm.VerletIntegrator(0.001)
        self.context = mm.Context(system, self.integrator, mm.Platform.getPlatformByName("Reference"))

    def energy(self, positions, groups=-1):
        self.context.setPositions(positions)
        return self.context.getState(getEnergy=True, groups=groups).getPotentialEnergy().value_in_unit(_KJ)

    def energy_and_forces(self, positions):
        self.context.setPositions(positions)
        state = self.context.getState(getEnergy=True, getForces=True)
        forces = state.getForces(asNumpy=True).value_in_unit(_KJ / unit.nanometer)
        return state.getPotentialEnergy().value_in_unit(_KJ), np.array(forces, dtype=np.float64)


class Reference:
    """A System beside a copy of it in which every term of ours is one force group.

    Lennard-Jones and Coulomb: the NonbondedForce with all charges, or all epsilons, set to zero. Surface area: the
    Born force without charges, whose polar part is then zero; generalized Born: the Born force without its
    surface-area term, which makes the split an independent check: the terms must add up to the whole.
    """

    def __init__(self, system):
        self.whole = Evaluator(system)
        self.groups = {}
        self.split = Evaluator(self._split(system))

    def evaluate(self, coordinates):
        """coordinates [n][atoms][3], nm → total [n], terms {name: [n]}, forces [n][atoms][3], kJ/mol and nm."""
        totals, forces = [], []
        terms = {name: [] for name in TERMS}
        for positions in np.asarray(coordinates, dtype=np.float64):
            total, force = self.whole.energy_and_forces(positions)
            totals.append(total)
            forces.append(force)
            for name in TERMS:
                group = self.groups.get(name)
                terms[name].append(0.0 if group is None else self.split.energy(positions, groups=1 << group))
            parts = [terms[name][-1] for name in TERMS]
            scale = max(1.0, sum(abs(part) for part in parts))
            if not abs(total - sum(parts)) <= 1e-10 * scale:
                raise RuntimeError(f"the terms do not add up to the whole: {total} is not the sum of {parts}")
        return totals, terms, np.array(forces)

    def _split(self, system):
        parts = copy.deepcopy(system)
        while parts.getNumForces():
            parts.removeForce(0)
        for force in system.getForces():
            if isinstance(force, mm.HarmonicBondForce):
                self._add(parts, "bond", copy.deepcopy(force))
            elif isinstance(force, mm.HarmonicAngleForce):
                self._add(parts, "angle", copy.deepcopy(force))
            elif isinstance(force, mm.PeriodicTorsionForce):
                self._add(parts, "torsion", copy.deepcopy(force))
            elif isinstance(force, mm.CMAPTorsionForce):
                self._add(parts, "cmap", copy.deepcopy(force))
            elif isinstance(force, mm.NonbondedForce):
                self._add(parts, "lennard_jones", _nonbonded(force, charges=False))
                self._add(parts, "coulomb", _nonbonded(force, charges=True))
            elif isinstance(force, (mm.GBSAOBCForce, mm.CustomGBForce)):
                self._add(parts, "generalized_born", _without_surface_area(force))
                self._add(parts, "surface_area", _without_charges(force))
            elif isinstance(force, mm.CMMotionRemover):
                continue
            else:
                raise RuntimeError(f"{type(force).__name__} has no place among the terms")
        return parts

    def _add(self, parts, name, force):
        group = self.groups.setdefault(name, TERMS.index(name))
        force.setForceGroup(group)
        parts.addForce(force)


def _nonbonded(force, charges):
    part = copy.deepcopy(force)
    for i in range(part.getNumParticles()):
        charge, sigma, epsilon = part.getParticleParameters(i)
        part.setParticleParameters(i, charge if charges else 0.0, sigma, 0.0 if charges else epsilon)
    for i in range(part.getNumExceptions()):
        first, second, product, sigma, epsilon = part.getExceptionParameters(i)
        part.setExceptionParameters(
            i, first, second, product if charges else 0.0, sigma, 0.0 if charges else epsilon)
    return part


def _without_charges(force):
    part = copy.deepcopy(force)
    for i in range(part.getNumParticles()):
        if isinstance(force, mm.GBSAOBCForce):
            _, radius, scale = part.getParticleParameters(i)
            part.setParticleParameters(i, 0.0, radius, scale)
        else:
            if part.getPerParticleParameterName(0) != "charge":
                raise RuntimeError("the first parameter of a CustomGBForce was expected to be the charge")
            part.setParticleParameters(i, (0.0,) + tuple(part.getParticleParameters(i))[1:])
    return part


def _without_surface_area(force):
    part = copy.deepcopy(force)
    if isinstance(part, mm.GBSAOBCForce):
        part.setSurfaceAreaEnergy(0.0)
        return part
    for i in range(part.getNumEnergyTerms()):
        expression, kind = part.getEnergyTermParameters(i)
        if kind == mm.CustomGBForce.SingleParticle and "charge" not in expression:
            part.setEnergyTermParameters(i, "0*B", kind)
    return part
